package main

import (
	"encoding/binary"
	"fmt"
	"io"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/sim/world"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/timer"
)

const (
	servers  = 3
	majority = servers/2 + 1
	interval = 50 * time.Millisecond  // between two rounds of a server
	lease    = 200 * time.Millisecond // for how long a leader leads without answers of a majority
	patience = 400 * time.Millisecond // how long a server waits before it asks for votes
)

// server is one of the three.
type server struct {
	id      int
	now     func() time.Duration
	careful bool // the fix

	term  uint32 // the latest that it knows
	voted uint32 // the latest in which it has voted
	leads bool
	heard time.Duration // of a leader, or that it has voted; of a leader: of a majority
}

// A message is a kind, 'v' for a vote or 'h' for a heartbeat, and a term. The answer is 1 for yes.
func ask(task *edo.Task, to string, kind byte, term uint32) (yes bool, err error) {
	return timer.Timeout(task, interval, func(task *edo.Task) (bool, error) {
		c, err := socket.Dial(task, "tcp", to+":80")
		if err != nil {
			return false, err
		}
		defer c.Close()
		if _, err := c.Write(task, binary.BigEndian.AppendUint32([]byte{kind}, term)); err != nil {
			return false, err
		}
		var answer [1]byte
		_, err = c.Read(task, answer[:])
		return answer[0] == 1, err
	})
}

// answer answers one message.
func (s *server) answer(task *edo.Task, c *socket.Conn) error {
	defer c.Close()
	var m [5]byte
	for n := 0; n < len(m); {
		k, err := c.Read(task, m[n:])
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		n += k
	}
	term := binary.BigEndian.Uint32(m[1:])
	yes := byte(0)
	switch {
	case m[0] == 'h' && term >= s.term:
		s.term, s.heard, yes = term, s.now(), 1
		s.leads = false
	case m[0] == 'v' && term > s.voted && term > s.term && !s.leads && s.now()-s.heard >= patience:
		s.term, s.voted, s.heard, yes = term, term, s.now(), 1
	}
	_, err := c.Write(task, []byte{yes})
	return err
}

// listen answers messages.
func (s *server) listen(task *edo.Task) error {
	l, err := socket.Listen(task, "tcp", ":80")
	if err != nil {
		return err
	}
	defer l.Close()
	for {
		c, err := l.Accept(task)
		if err != nil {
			return err
		}
		edo.Go(task, func(task *edo.Task) error {
			_ = s.answer(task, c) // a connection that breaks is no matter
			return nil
		})
	}
}

// round asks the others, and returns how many say yes and how many say no, itself included.
func (s *server) round(task *edo.Task, kind byte, term uint32) (yes, no int, err error) {
	yes = 1
	var answers []*edo.JoinHandle[edo.Unit]
	for i := range servers {
		if i == s.id {
			continue
		}
		answers = append(answers, edo.Go(task, func(task *edo.Task) error {
			switch ok, err := ask(task, fmt.Sprintf("s%d", i), kind, term); {
			case err != nil:
			case ok:
				yes++
			default:
				no++
			}
			return nil
		}))
	}
	for _, h := range answers {
		if _, err := h.Await(task); err != nil {
			return 0, 0, err
		}
	}
	return yes, no, nil
}

// run is the server.
func (s *server) run(task *edo.Task) error {
	edo.Go(task, s.listen)
	for {
		pause := interval + time.Duration(s.id)*interval/4 // so that two do not ask at once for ever
		if err := timer.Sleep(task, pause); err != nil {
			return err
		}
		began := s.now()
		switch {
		case s.leads:
			yes, _, err := s.round(task, 'h', s.term)
			if err != nil {
				return err
			}
			if yes >= majority {
				s.heard = began
			}
			if s.careful && s.now()-s.heard >= lease-interval {
				s.leads = false
			}
		case began-s.heard >= patience+time.Duration(s.id)*interval:
			term := s.term + 1
			s.term, s.voted = term, term
			yes, no, err := s.round(task, 'v', term)
			if err != nil {
				return err
			}
			wins := no == 0
			if s.careful {
				wins = yes >= majority
			}
			if wins && s.term == term {
				s.leads, s.heard = true, began
			}
		}
	}
}

// run has three servers, and a partition that cuts one of them off for a while.
func run(task *edo.Task, seed uint64, careful bool) error {
	w, err := world.New(task, world.Config{Link: world.Link{Latency: time.Millisecond, Jitter: time.Millisecond}})
	if err != nil {
		return err
	}
	var all [servers]*server
	var hosts []*world.Host
	for i := range all {
		all[i] = &server{id: i, now: w.Now, careful: careful}
		hosts = append(hosts, w.Host(fmt.Sprintf("s%d", i), all[i].run))
	}
	sim.Always(task, "one server leads at most", func() error {
		leaders := 0
		for _, s := range all {
			if s.leads && (!careful || s.now()-s.heard < lease) { // a lease that is over is none
				leaders++
			}
		}
		if leaders > 1 {
			return fmt.Errorf("%d do", leaders)
		}
		return nil
	})
	sim.Eventually(task, 3*time.Second, "a server leads", func() bool {
		return all[0].leads || all[1].leads || all[2].leads
	})
	alone := int(seed % servers)
	w.At(time.Second+time.Duration(seed%97)*5*time.Millisecond, func() {
		w.Partition([]*world.Host{hosts[alone]}, []*world.Host{hosts[(alone+1)%servers], hosts[(alone+2)%servers]})
	})
	w.At(2500*time.Millisecond, w.Heal)
	return timer.Sleep(task, 3500*time.Millisecond)
}
