package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/examples/internal/trial"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/timer"
)

// A session is a client in a simulation.
type session struct {
	task *edo.Task
	conn *socket.Conn
}

// expect sends commands and requires exactly this answer, in which \n stands for \r\n.
func (s *session) expect(send, want string) error {
	if _, err := s.conn.Write(s.task, []byte(send)); err != nil {
		return err
	}
	return s.receive(want)
}

// receive requires exactly this answer.
func (s *session) receive(want string) error {
	want = strings.ReplaceAll(want, "\n", "\r\n")
	got := make([]byte, len(want))
	n, err := aio.ReadFull(s.task, s.conn, got)
	if string(got[:n]) != want {
		return fmt.Errorf("got %q, %v, and wanted %q", got[:n], err, want)
	}
	return nil
}

// simulate runs a test against the server under many seeds, in virtual time.
func simulate(t *testing.T, seeds int, test func(task *edo.Task, dial func(task *edo.Task) (*session, error)) error) {
	t.Helper()
	sim.Explore(t, seeds, func(seed uint64) error {
		return sim.Run(seed, func(task *edo.Task) error {
			return trial.Serve(task, serve, func(addr string) error {
				var sessions []*session
				defer func() {
					for _, s := range sessions {
						s.conn.Close()
					}
				}()
				return test(task, func(task *edo.Task) (*session, error) {
					conn, err := socket.Dial(task, "tcp", addr)
					if err != nil {
						return nil, err
					}
					s := &session{task, conn}
					sessions = append(sessions, s)
					return s, nil
				})
			})
		}, sim.WithConfig(sim.Config{Runtime: trial.Quiet}))
	})
}

func TestBLPopGetsTheElementOfALaterPush(t *testing.T) {
	simulate(t, 50, func(task *edo.Task, dial func(*edo.Task) (*session, error)) error {
		a, err := dial(task)
		if err != nil {
			return err
		}
		b, err := dial(task)
		if err != nil {
			return err
		}
		// The command behind BLPOP is held back.
		if _, err := a.conn.Write(task, []byte("BLPOP q r 0\r\nPING\r\n")); err != nil {
			return err
		}
		if err := timer.Sleep(task, time.Hour); err != nil {
			return err
		}
		if err := b.expect("RPUSH q x y\nLRANGE q 0 -1\n", ":2\n*1\n$1\ny\n"); err != nil {
			return err
		}
		return a.receive("*2\n$1\nq\n$1\nx\n+PONG\n")
	})
}

func TestBLPopServesTheClientThatHasWaitedLongest(t *testing.T) {
	simulate(t, 50, func(task *edo.Task, dial func(*edo.Task) (*session, error)) error {
		var waiting []*session
		for range 3 {
			s, err := dial(task)
			if err != nil {
				return err
			}
			if _, err := s.conn.Write(task, []byte("BLPOP q 0\r\n")); err != nil {
				return err
			}
			if err := timer.Sleep(task, time.Second); err != nil {
				return err
			}
			waiting = append(waiting, s)
		}
		b, err := dial(task)
		if err != nil {
			return err
		}
		if err := b.expect("MULTI\nLPUSH q 1\nLPUSH q 2\nLPUSH q 3\nLLEN q\nEXEC\nLLEN q\n",
			"+OK\n"+strings.Repeat("+QUEUED\n", 4)+"*4\n:1\n:2\n:3\n:3\n:0\n"); err != nil {
			return err
		}
		for i, s := range waiting {
			if err := s.receive(fmt.Sprintf("*2\n$1\nq\n$1\n%d\n", 3-i)); err != nil {
				return err
			}
		}
		return nil
	})
}

func TestBLPopEndsAfterItsTime(t *testing.T) {
	simulate(t, 50, func(task *edo.Task, dial func(*edo.Task) (*session, error)) error {
		a, err := dial(task)
		if err != nil {
			return err
		}
		start := timer.Now(task)
		if err := a.expect("BLPOP q 90.5\n", "*-1\n"); err != nil {
			return err
		}
		if d := timer.Now(task).Sub(start); d < 90500*time.Millisecond || d > 91*time.Second {
			return fmt.Errorf("it took %v", d)
		}
		return a.expect("HELLO 3\nRPUSH q x\nLLEN q\n", "%7\n$6\nserver\n$5\nredis\n$7\nversion\n$6\n7.0.15\n$5\nproto\n:3\n$2\nid\n:1\n"+
			"$4\nmode\n$10\nstandalone\n$4\nrole\n$6\nmaster\n$7\nmodules\n*0\n:1\n:1\n")
	})
}

// The client has gone when the element comes, so the next one gets it.
func TestBLPopOfAClientThatHasGoneTakesNothing(t *testing.T) {
	simulate(t, 50, func(task *edo.Task, dial func(*edo.Task) (*session, error)) error {
		a, err := dial(task)
		if err != nil {
			return err
		}
		if _, err := a.conn.Write(task, []byte("BLPOP q 0\r\nPING\r\n")); err != nil {
			return err
		}
		if err := timer.Sleep(task, time.Second); err != nil {
			return err
		}
		a.conn.Close()
		if err := timer.Sleep(task, time.Second); err != nil {
			return err
		}
		b, err := dial(task)
		if err != nil {
			return err
		}
		return b.expect("LPUSH q x\nLPOP q\n", ":1\n$1\nx\n")
	})
}

func TestAKeyEndsInTime(t *testing.T) {
	simulate(t, 20, func(task *edo.Task, dial func(*edo.Task) (*session, error)) error {
		a, err := dial(task)
		if err != nil {
			return err
		}
		if err := a.expect("SET k v EX 100\nSET l v PX 1500\nTTL l\nSET m v PX 499\nTTL m\nTTL n\nSET n v\nTTL n\n", "+OK\n+OK\n:2\n+OK\n:0\n:-2\n+OK\n:-1\n"); err != nil {
			return err
		}
		if err := timer.Sleep(task, 99*time.Second); err != nil {
			return err
		}
		if err := a.expect("GET k\n", "$1\nv\n"); err != nil {
			return err
		}
		if err := timer.Sleep(task, time.Second); err != nil {
			return err
		}
		return a.expect("GET k\n", "$-1\n")
	})
}

// No command looks at the keys that end here.
func TestKeysThatHaveEndedAreRemovedFromMemory(t *testing.T) {
	simulate(t, 20, func(task *edo.Task, dial func(*edo.Task) (*session, error)) error {
		a, err := dial(task)
		if err != nil {
			return err
		}
		for i := range 200 {
			if err := a.expect(fmt.Sprintf("SET k%d v PX %d\n", i, 1000+i), "+OK\n"); err != nil {
				return err
			}
		}
		if err := a.expect("SET stays v EX 10000\n", "+OK\n"); err != nil {
			return err
		}
		if err := timer.Sleep(task, time.Minute); err != nil {
			return err
		}
		return a.expect("DBSIZE\n", ":1\n")
	})
}

func TestAWatchedKeyThatChangesFailsTheTransaction(t *testing.T) {
	simulate(t, 20, func(task *edo.Task, dial func(*edo.Task) (*session, error)) error {
		a, err := dial(task)
		if err != nil {
			return err
		}
		b, err := dial(task)
		if err != nil {
			return err
		}
		for change, want := range map[string]string{
			"SET k v": "*-1\n", "DEL k": "*-1\n", "FLUSHALL": "*-1\n", "APPEND k x": "*-1\n", "EXPIRE k 10": "*-1\n",
			"RENAME k l": "*-1\n", "GET k": "*1\n+PONG\n", "SET other v": "*1\n+PONG\n", "SET k v NX": "*1\n+PONG\n",
		} {
			if err := a.expect("SET k v\nWATCH k\n", "+OK\n+OK\n"); err != nil {
				return err
			}
			if err := b.expect(change+"\nECHO done\n", replies[change]+"$4\ndone\n"); err != nil {
				return err
			}
			if err := a.expect("MULTI\nPING\nEXEC\n", "+OK\n+QUEUED\n"+want); err != nil {
				return fmt.Errorf("%s: %w", change, err)
			}
		}
		// One that ends changes too.
		if err := a.expect("SET k v PX 100\nWATCH k\n", "+OK\n+OK\n"); err != nil {
			return err
		}
		if err := timer.Sleep(task, time.Second); err != nil {
			return err
		}
		return a.expect("MULTI\nPING\nEXEC\n", "+OK\n+QUEUED\n*-1\n")
	})
}

var replies = map[string]string{
	"SET k v": "+OK\n", "DEL k": ":1\n", "FLUSHALL": "+OK\n", "APPEND k x": ":2\n", "EXPIRE k 10": ":1\n",
	"RENAME k l": "+OK\n", "GET k": "$1\nv\n", "SET other v": "+OK\n", "SET k v NX": "$-1\n",
}

func TestMessagesReachSubscribersInOrder(t *testing.T) {
	simulate(t, 50, func(task *edo.Task, dial func(*edo.Task) (*session, error)) error {
		a, err := dial(task)
		if err != nil {
			return err
		}
		b, err := dial(task)
		if err != nil {
			return err
		}
		if err := a.expect("SUBSCRIBE news\nPSUBSCRIBE n*\n", "*3\n$9\nsubscribe\n$4\nnews\n:1\n*3\n$10\npsubscribe\n$2\nn*\n:2\n"); err != nil {
			return err
		}
		if err := b.expect("PUBLISH news 1\nPUBLISH nothing 2\nPUBLISH other 3\n", ":2\n:1\n:0\n"); err != nil {
			return err
		}
		return a.receive("*3\n$7\nmessage\n$4\nnews\n$1\n1\n*4\n$8\npmessage\n$2\nn*\n$4\nnews\n$1\n1\n*4\n$8\npmessage\n$2\nn*\n$7\nnothing\n$1\n2\n")
	})
}

// The subscriber does not read until all was published.
func TestASubscriberThatIsSlowHoldsUpNoOther(t *testing.T) {
	simulate(t, 20, func(task *edo.Task, dial func(*edo.Task) (*session, error)) error {
		a, err := dial(task)
		if err != nil {
			return err
		}
		b, err := dial(task)
		if err != nil {
			return err
		}
		if err := a.expect("SUBSCRIBE c\n", "*3\n$9\nsubscribe\n$1\nc\n:1\n"); err != nil {
			return err
		}
		message := strings.Repeat("x", 1000)
		for range 300 {
			if err := b.expect(string(encode("PUBLISH", "c", message)), ":1\n"); err != nil {
				return err
			}
		}
		return a.receive(strings.Repeat("*3\n$7\nmessage\n$1\nc\n$1000\n"+message+"\n", 300))
	})
}

func TestASubscriberThatNeverReadsIsDropped(t *testing.T) {
	simulate(t, 1, func(task *edo.Task, dial func(*edo.Task) (*session, error)) error {
		a, err := dial(task)
		if err != nil {
			return err
		}
		b, err := dial(task)
		if err != nil {
			return err
		}
		if err := a.expect("SUBSCRIBE c\n", "*3\n$9\nsubscribe\n$1\nc\n:1\n"); err != nil {
			return err
		}
		publish := string(encode("PUBLISH", "c", strings.Repeat("x", 1<<20)))
		for range maxPushed>>20 - 1 {
			if err := b.expect(publish, ":1\n"); err != nil {
				return err
			}
		}
		if err := timer.Sleep(task, time.Second); err != nil {
			return err
		}
		if err := b.expect(publish, ":1\n"); err != nil { // one too many, with what each message has besides
			return err
		}
		if err := timer.Sleep(task, time.Second); err != nil {
			return err
		}
		return b.expect("PUBLISH c x\r\n", ":0\n")
	})
}

// All commands of a client that sends them in one go, and closes, are answered.
func TestAPipelineIsAnsweredToItsEnd(t *testing.T) {
	simulate(t, 5, func(task *edo.Task, dial func(*edo.Task) (*session, error)) error {
		const n = 5000
		a, err := dial(task)
		if err != nil {
			return err
		}
		sending := edo.Go(task, func(task *edo.Task) error {
			if _, err := a.conn.Write(task, []byte(strings.Repeat(string(encode("INCR", "n")), n))); err != nil {
				return err
			}
			return a.conn.CloseWrite()
		})
		all, err := aio.ReadAll(task, a.conn, nil)
		if err != nil {
			return err
		}
		var want strings.Builder
		for i := range n {
			fmt.Fprintf(&want, ":%d\r\n", i+1)
		}
		if string(all) != want.String() {
			return fmt.Errorf("got %d bytes, wanted %d", len(all), want.Len())
		}
		_, err = sending.Await(task)
		return err
	})
}

// An 8 MiB value that is asked for before QUIT comes whole, and what is behind QUIT is not
// executed.
func TestQuitComesAfterAllReplies(t *testing.T) {
	simulate(t, 1, func(task *edo.Task, dial func(*edo.Task) (*session, error)) error {
		a, err := dial(task)
		if err != nil {
			return err
		}
		b, err := dial(task)
		if err != nil {
			return err
		}
		value := strings.Repeat("v", 8<<20)
		if err := a.expect(string(encode("SET", "k", value)), "+OK\n"); err != nil {
			return err
		}
		if err := a.expect("GET k\nQUIT\nSET k x\n", "$8388608\n"+value+"\n+OK\n"); err != nil {
			return err
		}
		if rest, err := aio.ReadAll(task, a.conn, nil); len(rest) > 0 || err != nil {
			return fmt.Errorf("got %q, %v", rest, err)
		}
		return b.expect("STRLEN k\n", ":8388608\n")
	})
}
