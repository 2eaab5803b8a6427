package cluster_test

import (
	"context"
	"flag"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
	"github.com/edo-go/edo/cluster/lease"
	"github.com/edo-go/edo/scope"
	"github.com/edo-go/edo/timer"
	"github.com/nats-io/nats-server/v2/server"
)

// A cluster takes some seconds to begin, and to find another leader.
var replicated = flag.Bool("replicated", false, "run the tests with a cluster of three servers")

// three are the servers of a cluster, each a process of its own.
type three struct {
	t         *testing.T
	folder    string
	ports     []int // where they listen for clients, and then for each other
	processes []*process
}

// startThree starts a cluster of three servers on ports that were free.
func startThree(t *testing.T) *three {
	c := &three{t: t, folder: t.TempDir(), processes: make([]*process, 3)}
	for range 6 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		c.ports = append(c.ports, l.Addr().(*net.TCPAddr).Port)
		defer l.Close()
	}
	return c
}

// start starts a server, or starts it again.
func (c *three) start(i int) {
	var ports []string
	for _, p := range c.ports {
		ports = append(ports, strconv.Itoa(p))
	}
	c.processes[i] = start(c.t, "server", c.folder, "", fmt.Sprint(i, " ", strings.Join(ports, " ")))
}

// url has all of them.
func (c *three) url() string {
	var all []string
	for _, p := range c.ports[:3] {
		all = append(all, fmt.Sprint("nats://127.0.0.1:", p))
	}
	return strings.Join(all, ",")
}

// beServer is a server of a cluster, which a process is.
func beServer(folder, text string) (*server.Server, error) {
	f := strings.Fields(text)
	i, err := strconv.Atoi(f[0])
	if err != nil {
		return nil, err
	}
	var ports []int
	for _, p := range f[1:] {
		n, err := strconv.Atoi(p)
		if err != nil {
			return nil, err
		}
		ports = append(ports, n)
	}
	o := &server.Options{
		ServerName: fmt.Sprint("s", i), Host: "127.0.0.1", Port: ports[i], NoSigs: true, JetStream: true, StoreDir: fmt.Sprint(folder, "/", i),
		Cluster: server.ClusterOpts{Name: "edo", Host: "127.0.0.1", Port: ports[3+i]}, DisableJetStreamBanner: true,
	}
	var routes []string
	for _, p := range ports[3:] {
		routes = append(routes, fmt.Sprint("nats://127.0.0.1:", p))
	}
	o.Routes = server.RoutesFromStr(strings.Join(routes, ","))
	s, err := server.NewServer(o)
	if err == nil {
		s.Start()
	}
	return s, err
}

// The server that leads the stream of a queue is killed, and comes back, three times: no job is lost, and none
// is done twice beyond the calls that ran then. A lease is held on or lost, its tokens grow, and a value keeps
// its last setting.
func TestNothingIsLostWhenTheLeaderOfAReplicatedQueueIsKilled(t *testing.T) {
	if !*replicated {
		t.Skip("with -replicated")
	}
	const n, kills, limit = 2000, 3, 8
	c := startThree(t)
	for i := range c.processes {
		c.start(i)
	}
	run(t, func(task *edo.Task) error {
		conn, err := cluster.Connect(task, c.url())
		for err != nil { // the servers have no leader yet
			if err := task.Err(); err != nil {
				return err
			}
			conn, err = cluster.Connect(task, c.url())
		}
		defer conn.Drop()
		other, err := cluster.Connect(task, c.url())
		if err != nil {
			return err
		}
		defer other.Drop()
		cfg := cluster.QueueConfig{Replicas: 3, Patience: 2 * time.Second, Once: time.Hour, Tries: 100, Backoff: atOnce}
		q, err := cluster.NewQueue[string](task, conn, "jobs", cfg)
		if err != nil {
			return err
		}
		space, err := lease.NewSpace(task, other, "leaders", lease.Config{Replicas: 3, TTL: 20 * time.Second})
		if err != nil {
			return err
		}
		value, err := cluster.NewValue[int](task, conn, "last", cluster.ValueConfig{Replicas: 3})
		if err != nil {
			return err
		}
		done := newTally(n)
		var again atomic.Int64
		worker := cluster.Work(q, limit, func(task *edo.Task, job *cluster.Job[string]) error {
			if done.add(job.ID) > 1 {
				again.Add(1)
			}
			return nil
		})
		var token uint64
		killed := 0
		err = working(task, worker, func() error {
			err := publishAll(task, q, n, func(confirmed int) error {
				if killed == kills || confirmed < (killed+1)*n/(kills+1) {
					return nil
				}
				killed++
				l, err := space.Acquire(task, "it", "anna")
				if err != nil {
					return err
				}
				if l.Token() <= token {
					t.Errorf("the token %d comes after %d", l.Token(), token)
				}
				token = l.Token()
				leader, err := leaderOf(task, conn, "edo_jobs")
				if err != nil {
					return err
				}
				c.processes[leader].Kill()
				if _, err := value.Set(task, killed); err != nil { // two of three are enough
					return err
				}
				if err := l.Release(task); err != nil {
					return err
				}
				c.start(leader)
				return nil
			})
			if err != nil {
				return err
			}
			return done.await(task)
		})
		if err != nil {
			return err
		}
		if err := empty(task, q); err != nil {
			return err
		}
		if v, _, err := value.Get(task); v != kills || err != nil {
			t.Errorf("the value is %d, %v", v, err)
		}
		if may := int64(kills * limit); again.Load() > may {
			t.Errorf("%d jobs were done again, want at most %d", again.Load(), may)
		}
		t.Logf("%d jobs, %d leaders killed, %d jobs were done again", n, killed, again.Load())
		return nil
	})
}

// Two of three servers are killed, among them the one on which a queue lies, and come back after longer than a
// question is asked in vain. What needs them waits meanwhile, and goes on: it is not told that there is no such
// thing. That a server which is away takes a stream along is no news that the stream is gone.
func TestOperationsWaitForServersOfAClusterThatAreAway(t *testing.T) {
	if !*replicated {
		t.Skip("with -replicated")
	}
	const n = 20
	c := startThree(t)
	for i := range c.processes {
		c.start(i)
	}
	run(t, func(task *edo.Task) error {
		conn, err := cluster.Connect(task, c.url())
		if err != nil {
			return err
		}
		defer conn.Drop()
		q, err := cluster.NewQueue[string](task, conn, "jobs", cluster.QueueConfig{Patience: 2 * time.Second, Once: time.Hour, Tries: 100, Backoff: atOnce})
		if err != nil {
			return err
		}
		space, err := lease.NewSpace(task, conn, "leaders", lease.Config{TTL: 2 * time.Second})
		if err != nil {
			return err
		}
		agreed, err := lease.NewSpace(task, conn, "agreed", lease.Config{TTL: 2 * time.Second, Replicas: 3})
		if err != nil {
			return err
		}
		value, err := cluster.NewValue[int](task, conn, "last", cluster.ValueConfig{})
		if err != nil {
			return err
		}
		done := newTally(n)
		worker := cluster.Work(q, 4, func(task *edo.Task, job *cluster.Job[string]) error {
			done.add(job.ID)
			return nil
		})
		return working(task, worker, func() error {
			first, err := leaderOf(task, conn, "edo_jobs")
			if err != nil {
				return err
			}
			second := (first + 1) % 3
			c.processes[first].Kill()
			c.processes[second].Kill()
			return scope.Run(task, func(s *scope.Scope) error {
				for i := range n {
					edo.Go(s, func(task *edo.Task) error {
						_, err := q.Publish(task, "", cluster.ID(fmt.Sprint(i)))
						return err
					})
				}
				for i, space := range []*lease.Space{space, agreed, agreed, agreed, agreed} {
					edo.Go(s, func(task *edo.Task) error {
						return space.Lead(task, "it", fmt.Sprint("anna ", i), func(*edo.Task, *lease.Lease) error { return nil })
					})
				}
				edo.Go(s, func(task *edo.Task) error {
					if _, err := value.Set(task, 7); err != nil {
						return err
					}
					x, _, err := value.Get(task)
					if x != 7 {
						t.Errorf("the value is %d", x)
					}
					return err
				})
				edo.Go(s, func(task *edo.Task) error {
					_, err := q.Info(task)
					return err
				})
				edo.Go(s, func(task *edo.Task) error { // to connect asks for ten seconds
					other, err := cluster.Connect(task, c.url())
					if err == nil {
						other.Drop()
					}
					return nil
				})
				if err := timer.Sleep(task, 15*time.Second); err != nil {
					return err
				}
				c.start(first)
				c.start(second)
				return done.await(task)
			})
		})
	})
}

// leaderOf returns which server leads a stream.
func leaderOf(task *edo.Task, conn *cluster.Conn, stream string) (int, error) {
	return edo.Call(task, func(ctx context.Context) (int, error) {
		for {
			s, err := conn.JetStream().Stream(ctx, stream)
			if err == nil {
				if info := s.CachedInfo().Cluster; info != nil && info.Leader != "" {
					return strconv.Atoi(strings.TrimPrefix(info.Leader, "s"))
				}
			}
			if ctx.Err() != nil {
				return 0, context.Cause(ctx)
			}
		}
	})
}
