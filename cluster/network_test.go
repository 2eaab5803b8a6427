package cluster_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/joinset"
)

// network is the way from processes to a broker, which may be cut: what is on it waits until the network is
// whole again, and comes then, or never.
type network struct {
	to       string
	listener net.Listener

	mu    sync.Mutex // guards the following
	whole *sync.Cond
	isCut bool
	conns map[net.Conn]struct{}
}

// newNetwork makes a network to an address.
func newNetwork(t *testing.T, to string) *network {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n := &network{to: to, listener: l, conns: map[net.Conn]struct{}{}}
	n.whole = sync.NewCond(&n.mu)
	t.Cleanup(func() {
		l.Close()
		n.mend(true)
	})
	go func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			go n.connect(near)
		}
	}()
	return n
}

// connect carries the bytes of a connection, both ways.
func (n *network) connect(near net.Conn) {
	n.await()
	far, err := net.Dial("tcp", n.to)
	if err != nil {
		near.Close()
		return
	}
	n.mu.Lock()
	n.conns[near], n.conns[far] = struct{}{}, struct{}{}
	n.mu.Unlock()
	var both sync.WaitGroup
	both.Go(func() { n.carry(far, near) })
	both.Go(func() { n.carry(near, far) })
	both.Wait()
	n.mu.Lock()
	delete(n.conns, near)
	delete(n.conns, far)
	n.mu.Unlock()
}

// carry carries the bytes of one way, until it ends.
func (n *network) carry(to, from net.Conn) {
	defer to.Close()
	defer from.Close()
	buffer := make([]byte, 32<<10)
	for {
		got, err := from.Read(buffer)
		n.await()
		if _, writeErr := to.Write(buffer[:got]); writeErr != nil || err != nil && err != io.EOF {
			return
		}
		if err != nil {
			return
		}
	}
}

// await waits until the network is whole.
func (n *network) await() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for n.isCut {
		n.whole.Wait()
	}
}

// cut cuts the network.
func (n *network) cut() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.isCut = true
}

// mend makes the network whole. If its connections are lost by then, so is what was on the way.
func (n *network) mend(isLost bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if isLost {
		for c := range n.conns {
			c.Close()
		}
	}
	n.isCut = false
	n.whole.Broadcast()
}

// networkToken is what the broker asks of those that come over the network.
const networkToken = "network"

// withNetwork runs fn with a broker in the process, and with a network to it.
func withNetwork(t *testing.T, fn func(task *edo.Task, conn *cluster.Conn, folder string, n *network) error) {
	t.Helper()
	folder := t.TempDir()
	run(t, func(task *edo.Task) error {
		conn, err := (&cluster.Broker{Listen: "127.0.0.1:0", Token: networkToken}).Open(task, folder)
		if err != nil {
			return err
		}
		defer conn.Drop()
		if err := fn(task, conn, folder, newNetwork(t, conn.Address())); err != nil {
			return err
		}
		return conn.Close(task)
	})
}

// startBehind starts a process that reaches the broker over the network.
func startBehind(t *testing.T, n *network, role, log string) *process {
	t.Helper()
	p := program(role, "", log, "")
	p.Env = append(p.Env, urlVariable+"=nats://"+n.listener.Addr().String())
	return tasktest.StartProcess(t, p)
}

// One of two workers is cut off, three times, until others have done all jobs: also those that it had. What
// it says of them when it is back takes none away from another.
func TestNothingIsLostWhenTheNetworkIsCut(t *testing.T) {
	t.Parallel()
	const n, cuts = 3000, 3
	log := newLog(t)
	withNetwork(t, func(task *edo.Task, conn *cluster.Conn, folder string, network *network) error {
		q, err := cluster.NewQueue[string](task, conn, "least", queueOf["least"])
		if err != nil {
			return err
		}
		workers := []*process{startBehind(t, network, "worker least", log), start(t, "worker least", folder, log, "")}
		err = publishDisturbed(task, q, n, cuts, func(i int) error {
			network.cut()
			if err := empty(task, q); err != nil {
				return err
			}
			network.mend(i%2 == 1)
			return nil
		})
		if err != nil {
			return err
		}
		endAll(t, workers...)
		return nil
	})
	checkAccount(t, log, n, cuts*workerLimit)
}

// One of two members is cut off, until a call of it is lost: the broker goes on to give it calls.
func TestRemoteCallsHaveResultsOrAreLostWhenTheNetworkIsCut(t *testing.T) {
	t.Parallel()
	for _, f := range []*cluster.Func[int, int]{onceFunc, leastFunc} {
		t.Run(f.Name(), func(t *testing.T) {
			t.Parallel()
			const n, cuts = 2000, 1
			log := newLog(t)
			withNetwork(t, func(task *edo.Task, conn *cluster.Conn, folder string, network *network) error {
				members := []*process{startBehind(t, network, "member", log), start(t, "member", folder, log, "")}
				done := 0
				results, lost, err := callAll(task, conn, f, n, cuts, func() error {
					done++
					network.cut()
					if err := untilOneIsLost(task, conn); err != nil {
						return err
					}
					network.mend(f == onceFunc)
					return nil
				})
				if err != nil {
					return err
				}
				if done != cuts || lost > cuts*50 {
					t.Errorf("the network was cut %d times, and %d calls lost", done, lost)
				}
				remoteAccount(t, log, n, results, lost, f == onceFunc)
				endAll(t, members...)
				return nil
			})
		})
	}
}

// untilOneIsLost makes calls that do not end, until one of them is lost.
func untilOneIsLost(task *edo.Task, conn *cluster.Conn) error {
	calls := joinset.New[int](0)
	defer calls.Drop()
	for i := range 20 { // each goes to the member that is cut off with a probability of a half
		if _, err := calls.Spawn(task, cluster.CallFuture(conn, sleepFunc, i)); err != nil {
			return err
		}
	}
	_, _, err := calls.Join(task)
	calls.AbortAll() // some may be lost besides
	for ok := true; ok; {
		_, ok, _ = calls.Join(task)
	}
	if _, isLost := errors.AsType[*cluster.LostError](err); !isLost {
		return fmt.Errorf("a call that has no end is %w", err)
	}
	return nil
}
