package main

import (
	"fmt"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/examples/raft/consensus"
	"github.com/edo-go/edo/examples/raft/kv"
	"github.com/edo-go/edo/examples/raft/storage"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/oneshot"
	"github.com/edo-go/edo/scope"
	"github.com/edo-go/edo/selector"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/timer"
)

// config is what a server is started with.
type config struct {
	id      consensus.ID
	addr    string // under which the others reach it
	files   storage.Files
	initial storage.Saved // of a server with an empty disk

	tick         time.Duration
	compactAfter int          // entries, after which there is a snapshot
	chunk        int          // bytes of a snapshot in a message
	note         func(string) // is told what happens
}

const (
	electionTicks  = 15
	heartbeatTicks = 4

	inbox = 256 // inputs that may wait
	batch = 64  // inputs that one sync of the disk serves
)

// server is one server. A single task owns it: inputs come to it through a channel, from the tasks of
// the connections, and what is to be sent leaves it through the channels of the links.
type server struct {
	config
	node    *consensus.Node
	storage *storage.Storage
	store   *kv.Store
	applied consensus.Index

	waiting waiting
	links   links
	was     consensus.Status // as was told last
}

// input is a message of another server, or a request of a client, which waits for the reply.
type input struct {
	message consensus.Message
	from    string // address of a server that says hello
	request request
	reply   *oneshot.Sender[response] // nil: no request
}

// Drop drops the reply: the client learns that there is none.
func (i input) Drop() {
	if i.reply != nil {
		i.reply.Drop()
	}
}

// serve runs a server until the task is cancelled, or the disk fails.
func serve(task *edo.Task, c config, l *socket.Listener) error {
	s := &server{config: c, store: kv.NewStore()}
	if err := s.recover(task); err != nil {
		l.Close()
		return err
	}
	defer s.storage.Close()
	tx, rx := mpsc.New[input](inbox)
	defer rx.Drop()
	return scope.Run(task, func(sc *scope.Scope) error {
		s.links = newLinks(sc, c.id, c.addr)
		defer s.links.close()
		edo.Go(sc, func(task *edo.Task) error { return accept(task, l, tx) }, edo.Owns(l, tx), edo.Name("accepts"))
		return s.run(task, rx)
	})
}

// recover makes the server what it was when it last ran.
func (s *server) recover(task *edo.Task) error {
	var saved storage.Saved
	var err error
	s.storage, saved, err = storage.Open(task, s.files, s.initial)
	if err != nil {
		return err
	}
	s.applied = saved.Snapshot.Index
	if err := s.store.Restore(saved.Snapshot.Data); err != nil {
		return err
	}
	s.node = consensus.New(consensus.Options{
		ID: s.id, ElectionTicks: electionTicks, HeartbeatTicks: heartbeatTicks,
		MaxEntries: 64, MaxInFlight: 256, ChunkBytes: s.chunk,
		Rand: edo.Rand(task),
	}, saved.State, saved.Snapshot, saved.Entries)
	return nil
}

// run takes inputs, several at a time if there are several, and carries out what follows from them.
func (s *server) run(task *edo.Task, rx *mpsc.Receiver[input]) error {
	inputs := selector.New(
		selector.On(timer.NewInterval(s.tick, timer.OnMissed(timer.Delay)), func(_ time.Time, err error) error {
			s.node.Tick()
			return err
		}),
		selector.On(rx, func(in input, err error) error {
			if err == nil {
				s.take(in)
			}
			return err
		}),
	)
	for {
		if err := inputs.Next(task); err != nil {
			return err
		}
		for range batch {
			in, err := rx.TryRecv()
			if err != nil {
				break
			}
			s.take(in)
		}
		if err := s.carryOut(task); err != nil {
			return err
		}
	}
}

// take gives an input to the node.
func (s *server) take(in input) {
	switch {
	case in.reply != nil:
		s.ask(in.request, in.reply)
	case in.from != "":
		s.links.learn(in.message.From, in.from)
	default:
		s.node.Step(in.message)
	}
}

// carryOut does what the node wants done, in the order of package consensus: what is sent and
// answered is true only when it was saved.
func (s *server) carryOut(task *edo.Task) error {
	out := s.node.Take()
	if err := s.storage.Save(task, &out); err != nil {
		return err
	}
	s.tell(out)
	for _, m := range out.Messages {
		s.links.send(m, s.was.Members)
	}
	if err := s.apply(out); err != nil {
		return err
	}
	s.answer(out)
	s.compact()
	return nil
}

// tell notes what has changed.
func (s *server) tell(out consensus.Output) {
	now := s.node.Status()
	switch {
	case now.Role == consensus.Leader && s.was.Role != consensus.Leader:
		s.note(fmt.Sprintf("leads in term %d", now.Term))
	case now.Role != consensus.Leader && s.was.Role == consensus.Leader:
		s.note(fmt.Sprintf("leads no longer, in term %d", now.Term))
	}
	if out.Restore {
		s.note(fmt.Sprintf("takes over a snapshot, up to entry %d", out.Snapshot.Index))
	}
	s.was = now
}
