//go:build unix

package supervise_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/lock"
	"github.com/edo-go/edo/supervise"
)

// programVariable makes the test binary the program of the next test. Its value is how long a child has to end.
const programVariable = "EDO_SUPERVISE_PROGRAM"

func init() {
	if text := os.Getenv(programVariable); text != "" {
		shutdown, err := time.ParseDuration(text)
		if err != nil {
			panic(err)
		}
		fmt.Println("run:", edo.Run(func(task *edo.Task) error { return supervisedProgram(task, shutdown) }, edo.WithSignals()))
		os.Exit(0)
	}
}

// supervisedProgram has a tree of children, one of which ends when its input does.
func supervisedProgram(task *edo.Task, shutdown time.Duration) error {
	gate := &lock.Notify{}
	child := func(name string) supervise.Spec {
		return supervise.Spec{Name: name, Start: supervise.FuncReady(func(task *edo.Task, ready func()) error {
			ready()
			task.Cancelled()
			fmt.Println("stop", name)
			if name == "cache" {
				return edo.Shielded(task, gate.Wait)
			}
			return nil
		}), Shutdown: shutdown}
	}
	store, err := supervise.New(supervise.Config{Children: []supervise.Spec{child("database"), child("cache"), child("queue")}})
	if err != nil {
		return err
	}
	app, err := supervise.New(supervise.Config{Name: "app", Children: []supervise.Spec{
		child("log"), {Name: "store", Start: supervise.Nested(store)}, child("http"),
	}})
	if err != nil {
		return err
	}
	edo.Go(task, func(task *edo.Task) error {
		err := app.Started(task)
		fmt.Println("started")
		return err
	})
	err = app.Run(task)
	fmt.Println("supervisor:", err)
	edo.Shielded(task, func(task *edo.Task) error {
		_, err := edo.Call(task, func(context.Context) (int, error) { return os.Stdin.Read(make([]byte, 1)) })
		return err
	})
	gate.NotifyOne()
	return err
}

// The first signal stops the tree in order. While a child keeps it from ending, the line on
// standard error names that child, and what it waits for; then the supervisor goes on without it.
func TestTheFirstSignalStopsTheTreeInOrderAndTheReportNamesTheChildThatHoldsItUp(t *testing.T) {
	t.Parallel()                                       // it waits for some seconds
	for shutdown := 2 * time.Second; ; shutdown *= 4 { // on a busy machine all may come too late
		got, report := runSupervised(t, shutdown)
		err := checkReport(got, report, shutdown)
		if err == nil {
			return
		}
		if shutdown > 30*time.Second {
			t.Fatal(err)
		}
		t.Log(err)
	}
}

// runSupervised runs the program, and returns its lines and what it has told on standard error.
func runSupervised(t *testing.T, shutdown time.Duration) (got []string, report string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), fmt.Sprint(programVariable, "=", shutdown))
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var errs strings.Builder
	cmd.Stderr = &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		got = append(got, lines.Text())
		switch {
		case lines.Text() == "started":
			cmd.Process.Signal(syscall.SIGTERM)
		case strings.HasPrefix(lines.Text(), "supervisor:"):
			in.Close()
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	return got, errs.String()
}

// checkReport checks what the program tells when a child takes longer to end than it may.
func checkReport(got []string, report string, shutdown time.Duration) error {
	overdue := fmt.Sprintf("app/store/cache has not ended within %v: it waits for lock: notify, from a notification", shutdown)
	result := "supervise: app: edo: task cancelled: app/store: supervise: app/store: edo: task cancelled: " + overdue
	want := []string{
		"started", "stop http", "stop queue", "stop cache", "stop database", "stop log",
		"supervisor: " + result, "run: " + result,
	}
	if !slices.Equal(got, want) {
		return fmt.Errorf("got\n%s", strings.Join(got, "\n"))
	}
	for _, part := range []string{
		" tasks have not ended since the signal ", " s ago: ", "app/store/cache, cancelled, still waits for lock: notify",
		"cancelled, still waits for supervise: the end of app/store;", "cancelled, still waits for supervise: the end of app/store/cache;",
		"app/log: edo: the cancellation of the task itself", overdue,
	} {
		if !strings.Contains(report, part) {
			return fmt.Errorf("the report has no %q:\n%s", part, report)
		}
	}
	return nil
}
