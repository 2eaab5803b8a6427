package cluster_test

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
	"github.com/edo-go/edo/cluster/internal/clustertest"
	"github.com/edo-go/edo/cluster/internal/remote"
	"github.com/edo-go/edo/internal/tasktest"
	"github.com/edo-go/edo/lock"
)

// The test program is also the processes that tests start and kill: these variables say what one
// of them is to do.
const (
	roleVariable   = "EDO_CLUSTER_ROLE"
	folderVariable = "EDO_CLUSTER_FOLDER"
	listenVariable = "EDO_CLUSTER_LISTEN"
	logVariable    = "EDO_CLUSTER_LOG"
	urlVariable    = "EDO_CLUSTER_URL" // of the broker, instead of a folder
)

// brokerExit is the exit code of a broker that has ended in order.
const brokerExit = 7

// queueOf are the queues of tests with processes, which all of them give.
var queueOf = map[string]cluster.QueueConfig{
	"once":   {Once: time.Hour, Patience: 2 * time.Second, Tries: 100, Backoff: atOnce},
	"least":  {Patience: time.Second, Tries: 100, Backoff: atOnce},
	"stands": {Patience: time.Second, Tries: 100, Backoff: atOnce},
}

// workerLimit is how many jobs a worker process does at a time.
const workerLimit = 8

// play is the main function of such a process. It ends when its input does, or at an interrupt.
func play(role string) int {
	if role == "server" {
		return playServer()
	}
	role, isLater := strings.CutSuffix(role, " later")
	if isLater { // a program with a later version of the package
		remote.Format++
	}
	err := edo.Run(func(task *edo.Task) error {
		conn, err := connect(task)
		if err != nil {
			return err
		}
		defer conn.Drop()
		log, err := openLog(os.Getenv(logVariable))
		if err != nil {
			return err
		}
		defer log.Close()
		switch name, isWorker := strings.CutPrefix(role, "worker "); {
		case role == "broker" && !conn.IsBroker():
			return errors.New("it is no broker")
		case role == "caller":
			edo.Go(task, func(task *edo.Task) error {
				orphan(task, conn, log)
				return nil
			})
		case role == "holder":
			edo.Go(task, func(task *edo.Task) error { return hold(task, conn, log) })
		case strings.HasPrefix(role, "member"):
			limit := workerLimit
			if role == "member of many" {
				limit = 1 << 20
			}
			m, err := cluster.Serve(task, conn, limit, remoteFunctions(role, log)...)
			if err != nil {
				return err
			}
			edo.Spawn(task, edo.Future[edo.Unit](m))
		case isWorker:
			q, err := cluster.NewQueue[string](task, conn, name, queueOf[name])
			if err != nil {
				return err
			}
			limit := workerLimit
			if name == "stands" {
				limit = 1 // it asks for no other job meanwhile, which the broker would send to a process that stands still
			}
			worker := cluster.Work(q, limit, func(task *edo.Task, job *cluster.Job[string]) error {
				return logged(task, log, job)
			})
			edo.Spawn(task, edo.Future[edo.Unit](worker))
		}
		fmt.Println("ready", conn.Address())
		return errors.Join(clustertest.AwaitInput(task), edo.Shielded(task, conn.Close))
	}, edo.WithSignals(), tasktest.Quiet(edo.Config{}))
	if err != nil {
		fmt.Fprintln(os.Stderr, role, err)
		return 1
	}
	if role == "broker" {
		return brokerExit
	}
	return 0
}

// connect connects a process to its broker, or opens that.
func connect(task *edo.Task) (*cluster.Conn, error) {
	if url := os.Getenv(urlVariable); url != "" {
		return (&cluster.Client{Token: networkToken}).Connect(task, url)
	}
	return (&cluster.Broker{Listen: os.Getenv(listenVariable)}).Open(task, os.Getenv(folderVariable))
}

// openLog opens the log of a process; "": it has none.
func openLog(name string) (*os.File, error) {
	return os.OpenFile(cmp.Or(name, os.DevNull), os.O_APPEND|os.O_WRONLY, 0)
}

// playServer is a server of a cluster, until the input ends.
func playServer() int {
	s, err := beServer(os.Getenv(folderVariable), os.Getenv(listenVariable))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println("ready", s.Addr())
	io.Copy(io.Discard, os.Stdin)
	s.Shutdown()
	return 0
}

// logged is the handler of a worker process: it notes that a job has begun, and that it is done.
func logged(task *edo.Task, log io.Writer, job *cluster.Job[string]) error {
	note := func(what string) error {
		_, err := fmt.Fprintf(log, "%s %s %d\n", what, job.ID, job.Try)
		return err
	}
	if job.Value == "stand still" && job.Try == 1 {
		if err := note("begins"); err != nil {
			return err
		}
		// Until the process has stood still for longer than the broker's patience.
		for last, now := time.Now(), time.Now(); now.Sub(last) < 1500*time.Millisecond; {
			if err := edo.Yield(task); err != nil {
				return err
			}
			last, now = now, time.Now()
		}
		note("fails")
		return errors.New("it comes too late")
	}
	if err := edo.Yield(task); err != nil {
		return err
	}
	return note("done")
}

// process is a process of a test.
type process = tasktest.Process

// start starts a process, and waits until it is ready.
func start(t *testing.T, role, folder, log, listen string) *process {
	t.Helper()
	return tasktest.StartProcess(t, program(role, folder, log, listen))
}

// program is the program that plays a role.
func program(role, folder, log, listen string) tasktest.Program {
	return tasktest.Program{Ready: "ready", Env: []string{
		roleVariable + "=" + role, folderVariable + "=" + folder, logVariable + "=" + log, listenVariable + "=" + listen,
	}}
}

// endAll ends processes in order.
func endAll(t *testing.T, all ...*process) {
	t.Helper()
	for _, p := range all {
		if err := p.End(); err != nil {
			t.Errorf("a process has ended with %v", err)
		}
	}
}

// account is what a log says: how often each job was done.
func account(t *testing.T, log string) map[string]int {
	t.Helper()
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	done := map[string]int{}
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) == 3 && f[0] == "done" {
			done[f[1]]++
		}
	}
	return done
}

// checkAccount requires that each job that was confirmed was done, and that all in all no more were
// done again than may.
func checkAccount(t *testing.T, log string, confirmed int, may int) {
	t.Helper()
	done, again := account(t, log), 0
	for i := range confirmed {
		n := done["job"+strconv.Itoa(i)]
		if n == 0 {
			t.Errorf("job%d is lost", i)
		}
		again += max(0, n-1)
	}
	if len(done) != confirmed {
		t.Errorf("%d different jobs were done, want %d", len(done), confirmed)
	}
	if again > may {
		t.Errorf("%d jobs were done again, want at most %d", again, may)
	}
	t.Logf("%d jobs; %d were done again, and %d may", confirmed, again, may)
}

// newLog makes an empty log.
func newLog(t *testing.T) string {
	t.Helper()
	f, err := os.CreateTemp(t.TempDir(), "log")
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	return f.Name()
}

// publishAll publishes n jobs, 50 at a time, and tells of every hundredth that is confirmed.
func publishAll(task *edo.Task, q *cluster.Queue[string], n int, at func(confirmed int) error) error {
	var all []*edo.JoinHandle[edo.Unit]
	limit := lock.NewSemaphore(50)
	var mu sync.Mutex
	confirmed := 0
	for i := range n {
		if err := limit.Acquire(task, 1); err != nil {
			return err
		}
		all = append(all, edo.Go(task, func(task *edo.Task) error {
			defer limit.Release(1)
			_, err := q.Publish(task, fmt.Sprint(i), cluster.ID(fmt.Sprint("job", i)))
			mu.Lock()
			confirmed++
			mu.Unlock()
			return err
		}))
		mu.Lock()
		now := confirmed
		mu.Unlock()
		if i%100 == 99 {
			if err := at(now); err != nil {
				return err
			}
		}
	}
	for _, h := range all {
		if _, err := h.Await(task); err != nil {
			return err
		}
	}
	return nil
}

// publishDisturbed publishes n jobs, with so many disturbances meanwhile, and waits until none is left. None
// is a dead letter then.
func publishDisturbed(task *edo.Task, q *cluster.Queue[string], n, times int, disturb func(i int) error) error {
	done := 0
	err := publishAll(task, q, n, func(confirmed int) error {
		if done == times || confirmed < (done+1)*n/(times+1) {
			return nil
		}
		done++
		return disturb(done - 1)
	})
	if err != nil {
		return err
	}
	if done != times {
		return fmt.Errorf("it was disturbed %d times, want %d", done, times)
	}
	if err := empty(task, q); err != nil {
		return err
	}
	if info, err := q.Info(task); err != nil || info != (cluster.QueueInfo{}) {
		return fmt.Errorf("the queue stands at %+v: %w", info, err)
	}
	return nil
}
