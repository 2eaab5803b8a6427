//go:build unix

package main

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/console"
	"github.com/edo-go/edo/internal/planted"
)

// A window is a terminal of tmux, in which the program runs.
type window struct {
	t      *testing.T
	folder string
	output chan struct{} // something was written to the terminal
}

// open runs the program in a terminal of some columns and lines, with more variables of the environment. With the race detector it
// ends at once, too.
func open(t *testing.T, width, height int, env string, args ...string) *window {
	t.Helper()
	if _, err := exec.LookPath("tmux"); err != nil {
		t.Skip("install tmux to run this test")
	}
	folder, err := os.MkdirTemp("", "tmux") // the name of a socket must be short
	if err != nil {
		t.Fatal(err)
	}
	w := &window{t, folder, make(chan struct{}, 1)}
	t.Cleanup(func() {
		w.tmux("kill-server")
		os.RemoveAll(folder)
	})
	config := filepath.Join(folder, "conf")
	if err := os.WriteFile(config, []byte("set -g status off\nset -g default-terminal screen-256color\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	line := fmt.Sprintf("sh -c 'echo $$ >%s/pid; exec env GORACE=atexit_sleep_ms=0 %s %s=top %s %s'; echo status $?; stty -a | tr ' ;' '\\n\\n' | grep -x -e icanon -e echo | tr '\\n' ' '; exec cat",
		folder, env, partVariable, os.Args[0], strings.Join(args, " "))
	if out, err := w.tmux("-f", config, "new-session", "-d", "-x", strconv.Itoa(width), "-y", strconv.Itoa(height), line); err != nil {
		t.Fatalf("tmux has not started: %v\n%s", err, out)
	}
	w.watch()
	return w
}

// watch has what is written to the terminal told.
func (w *window) watch() {
	w.t.Helper()
	name := filepath.Join(w.folder, "output")
	if err := syscall.Mkfifo(name, 0o600); err != nil {
		w.t.Fatal(err)
	}
	pipe, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { pipe.Close() })
	if _, err := w.tmux("pipe-pane", "cat >"+name); err != nil {
		w.t.Fatal(err)
	}
	go func() {
		for room := make([]byte, 1<<16); ; {
			if _, err := pipe.Read(room); err != nil {
				return
			}
			select {
			case w.output <- struct{}{}:
			default:
			}
		}
	}()
}

// tmux calls tmux.
func (w *window) tmux(args ...string) (string, error) {
	cmd := exec.Command("tmux", append([]string{"-u", "-S", filepath.Join(w.folder, "s")}, args...)...)
	cmd.Env = append(os.Environ(), "TERM=xterm-256color", "TMUX=")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// must calls tmux, which must succeed.
func (w *window) must(args ...string) string {
	w.t.Helper()
	out, err := w.tmux(args...)
	if err != nil {
		w.t.Fatalf("%v: %s", err, out)
	}
	return out
}

// press presses keys, by their names in tmux.
func (w *window) press(keys ...string) {
	w.t.Helper()
	w.must(append([]string{"send-keys"}, keys...)...)
}

// shows waits until the screen has what all of these patterns match.
func (w *window) shows(patterns ...string) (screen string) {
	w.t.Helper()
	const spare = 3 * time.Second // for the message
	limit := time.Minute
	if end, ok := w.t.Deadline(); ok {
		limit = time.Until(end) - spare
	}
	late := time.NewTimer(limit)
	defer late.Stop()
	for {
		screen = w.must("capture-pane", "-p")
		missing := ""
		for _, pattern := range patterns {
			if !regexp.MustCompile(pattern).MatchString(screen) {
				missing = pattern
			}
		}
		if missing == "" {
			return screen
		}
		select {
		case <-w.output:
		case <-late.C:
			w.t.Fatalf("the screen has no %q:\n%s", missing, screen)
		}
	}
}

// startFaulty starts the program with faults, and returns the address of its console.
func startFaulty(t *testing.T) (address string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), partVariable+"=faulty", "GORACE=atexit_sleep_ms=0")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		cmd.Process.Kill() // one of its tasks never ends
		cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	go io.Copy(io.Discard, out)
	return strings.TrimSpace(line)
}

func TestThreeFaultsAreFoundByKeys(t *testing.T) {
	if _, err := exec.LookPath("tmux"); err != nil {
		t.Skip("install tmux to run this test")
	}
	address := startFaulty(t)
	for _, size := range [][2]int{{80, 24}, {160, 50}} {
		w := open(t, size[0], size[1], "", address)
		w.shows("FAULT cycle +2 tasks wait for each other", "(FAULT|WARN) +poll +a poll of #[0-9]+ busy, in planted.Spin", "WARN +full +mpsc #[0-9]+ is full", "> +500  idle", `q quit`)

		// The deadlock: its finding, its graph, and round it from task to task.
		w.press("f")
		w.shows("> FAULT +cycle")
		w.press("Enter")
		w.shows("Findings › FAULT cycle", "what +2 tasks wait for each other and can never go on", "its tasks +→ #[0-9]+ (pay|refund)", "waits-for +→ the graph")
		w.press("End", "Enter")
		w.shows("1 cycle: its tasks can never go on", "> cycle +#[0-9]+ (pay|refund)", `\n  cycle +#[0-9]+ (pay|refund)`, "└ #[0-9]+ audit", "lock: mutex #[0-9]+ of #[0-9]+ (pay|refund)")
		w.press("Enter")
		screen := w.shows("Waits-for › Task", "waits for +lock: mutex #", `(?s)could wake it +→ #[0-9]+ (pay|refund), which .*planted\.go:[0-9]`, `(?s)spawned +at .*planted\.go:`)
		first := regexp.MustCompile("name +(#[0-9]+ [a-z]+)").FindStringSubmatch(screen)[1]
		w.press("Tab")
		w.shows(`\n> could wake it`)
		w.press("Enter")
		w.shows("Task › Task", "could wake it +→ "+first)

		// The channel that fills.
		w.press("f", "/")
		w.shows("filter: _")
		w.press("f", "u", "l", "l", "Enter")
		w.shows(`filter "full"`, "> WARN +full")
		w.press("Enter")
		w.shows("state +full, capacity 16", "last used by +→ #[0-9]+ slow sink", "wait for it +3 in mpsc: send", "waiting tasks +→ #[0-9]+ source")

		// The task that does not yield.
		w.press("7")
		w.shows(`> +[0-9.]+ (ms|s|min) +runs +#[0-9]+ busy`)
		w.press("Enter")
		w.shows("task +→ #[0-9]+ busy", "and it runs", `planted\.Spin\(`, `planted\.go:[0-9]+`)
		w.press("t")
		w.shows("A poll › Stacks|Poll › Stacks", "taken at +[0-9:]+", `planted\.Spin\(`, `planted\.go:[0-9]+`)
		w.press("q")
		w.shows("status 0")
	}
}

// restored waits until the program has ended, and requires that the terminal is as it was.
func (w *window) restored() {
	w.t.Helper()
	w.shows("status 0", "icanon echo")
	if flags := w.must("display-message", "-p", "#{alternate_on} #{cursor_flag} #{mouse_any_flag}"); strings.TrimSpace(flags) != "0 1 0" {
		w.t.Errorf("alternate screen, cursor, mouse: %s", flags)
	}
}

func TestTheTerminalIsRestoredHoweverItEnds(t *testing.T) {
	address := frames(t, frameAt(1))
	for _, end := range []struct {
		name     string
		isSignal bool
	}{{"q", false}, {"C-c", false}, {"INT", true}, {"TERM", true}, {"HUP", true}} {
		t.Run(end.name, func(t *testing.T) {
			w := open(t, 80, 24, "", address)
			w.shows("task of second 1", "q quit")
			if flags := w.must("display-message", "-p", "#{alternate_on}"); strings.TrimSpace(flags) != "1" {
				t.Error("it is not on a screen of its own")
			}
			if !end.isSignal {
				w.press(end.name)
				w.restored()
				return
			}
			pid, err := os.ReadFile(filepath.Join(w.folder, "pid"))
			if err != nil {
				t.Fatal(err)
			}
			if out, err := exec.Command("kill", "-"+end.name, strings.TrimSpace(string(pid))).CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			w.restored()
		})
	}
}

func TestATerminalShowsLossesHostileNamesAndAnotherSize(t *testing.T) {
	rt, err := edo.New(edo.Config{Workers: 1, OnError: func(error) {}})
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Shutdown(t.Context())
	edo.Spawn(rt, planted.Never{}, edo.Name("\x1b[2J\x1b]0;owned\a\u202eevil"))
	edo.Spawn(rt, planted.Never{}, edo.Name("世界の仕事を待つ"))
	planted.Deadlock(rt)
	var isDown atomic.Bool
	h := console.Handler()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if isDown.Load() {
			panic(http.ErrAbortHandler)
		}
		h.ServeHTTP(w, r)
	}))
	defer server.Close()
	defer server.CloseClientConnections()

	w := open(t, 80, 24, "", server.Listener.Addr().String())
	w.shows("FAULT cycle", `\\x1b\[2J\\x1b\]0;owned`, "世界の仕事を待つ", "live")
	if title := w.must("display-message", "-p", "#{pane_title}"); strings.Contains(title, "owned") {
		t.Errorf("a name has set the title of the window: %s", title)
	}
	if styled := w.must("capture-pane", "-p", "-e"); !regexp.MustCompile("\x1b\\[[0-9;]*31").MatchString(styled) {
		t.Error("a fault is not red")
	}
	isDown.Store(true)
	server.CloseClientConnections()
	w.shows("LOST for [0-9]", "LOST since [0-9:]+: .*connects again by itself", "FAULT cycle")
	isDown.Store(false)
	w.shows("live [0-9:]+\n")

	w.must("resize-window", "-x", "40", "-y", "10")
	w.shows(`\n\S.*\? help  q quit`, `FAULT 2 tasks [^\n]{1,22}…`, `\n +1  audit `)
	w.must("resize-window", "-x", "20", "-y", "4")
	w.shows(`^live`, "\n> ")
	w.must("resize-window", "-x", "120", "-y", "30")
	w.shows("WAITS FOR", "SPAWNED AT|STATE", "s sort")
	w.press("C-c")
	w.restored()

	w = open(t, 80, 24, "NO_COLOR=1", server.Listener.Addr().String())
	w.shows("FAULT cycle", "> ")
	if styled := w.must("capture-pane", "-p", "-e"); regexp.MustCompile("\x1b\\[[0-9;]*[39][1-7][;m]").MatchString(styled) {
		t.Errorf("there are colours:\n%q", styled)
	}
	w.press("q")
	w.restored()
}

func TestATerminalPrintsOneTableWhenAsked(t *testing.T) {
	w := open(t, 100, 24, "", frames(t, frameAt(1), frameAt(3)), "--once")
	w.shows("prog, process 7", "FAULT cycle", "TASKS  NAME", "task of second 3", "status 0")
}
