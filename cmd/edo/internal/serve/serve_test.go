//go:build unix

package serve

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
)

// running is the command while it runs, with the lines that it prints.
type running struct {
	t         *testing.T
	out, errs chan string
	address   string
	status    chan int
}

// lines returns a writer, and a channel of the lines that are written to it. It has room for
// more lines than a test makes: so the command never waits for the test.
func lines() (*io.PipeWriter, chan string) {
	r, w := io.Pipe()
	lines := make(chan string, 10000)
	go func() {
		defer close(lines)
		for s := bufio.NewScanner(r); s.Scan(); {
			lines <- s.Text()
		}
	}()
	return w, lines
}

// serving starts the command with args, and waits until it listens.
func serving(t *testing.T, args ...string) *running {
	t.Helper()
	outWriter, out := lines()
	errsWriter, errs := lines()
	r := &running{t: t, out: out, errs: errs, status: make(chan int, 1)}
	go func() {
		status := Run(append(args, "--listen", "127.0.0.1:0", "--workers", "2"), outWriter, errsWriter)
		outWriter.Close()
		errsWriter.Close()
		r.status <- status
	}()
	address, ok := strings.CutPrefix(r.line(r.out), "listening on ")
	if !ok {
		t.Fatal("it does not listen")
	}
	r.address = address
	return r
}

func (r *running) line(from chan string) string {
	r.t.Helper()
	line, ok := <-from
	if !ok {
		r.t.Fatal("it prints nothing more")
	}
	return line
}

func (r *running) dial() net.Conn {
	r.t.Helper()
	conn, err := net.Dial("tcp", r.address)
	if err != nil {
		r.t.Fatal(err)
	}
	return conn
}

// send sends text on a connection of its own, and returns the answer.
func (r *running) send(text string) string {
	r.t.Helper()
	conn := r.dial()
	defer conn.Close()
	if _, err := io.WriteString(conn, text); err != nil {
		r.t.Fatal(err)
	}
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		r.t.Fatal(err)
	}
	answer, err := io.ReadAll(conn)
	if err != nil {
		r.t.Fatal(err)
	}
	return string(answer)
}

func interrupt() { syscall.Kill(syscall.Getpid(), syscall.SIGINT) }

// end interrupts the command, and returns the lines that it prints until it ends.
func (r *running) end() (rest []string) {
	r.t.Helper()
	interrupt()
	for line := range r.out {
		rest = append(rest, line)
	}
	if status := <-r.status; status != 0 {
		r.t.Errorf("status %d", status)
	}
	return rest
}

func TestHelloGreetsEachConnectionAndClosesIt(t *testing.T) {
	r := serving(t, "hello")
	for range 3 {
		conn := r.dial()
		if got, err := io.ReadAll(conn); string(got) != "hello world\n" || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
		conn.Close()
	}
	if rest := r.end(); rest != nil {
		t.Errorf("it has printed %q", rest)
	}
}

func TestPingAnswersLineByLine(t *testing.T) {
	r := serving(t, "ping")
	long := strings.Repeat("ping", longest)
	for text, want := range map[string]string{
		"":                       "",
		"ping\n":                 "pong\n",
		"ping\r\nping":           "pong\npong\n",
		"pang\nping\n":           "say \"ping\"\npong\n",
		long + "\nping\n":        "say \"ping\"\npong\n",
		"\xff\xff\n\xff\nping\n": "say \"ping\"\nsay \"ping\"\npong\n",
		"ping\n\xff":             "pong\nsay \"ping\"\n",
	} {
		if got := r.send(text); got != want {
			t.Errorf("%.20q is answered %q instead of %q", text, got, want)
		}
	}
	r.end()
}

func TestCountPrintsWhatAllConnectionsHaveSent(t *testing.T) {
	r := serving(t, "count", "--tick", "5ms")
	for range 10 {
		if got := r.send(strings.Repeat("x", 1000)); got != "" {
			t.Errorf("it has answered %q", got)
		}
	}
	sum, last := 0, ""
	for !strings.HasSuffix(last, "in all 10000") {
		last = r.line(r.out)
		var n int
		if _, err := fmt.Sscanf(last, "bytes read = %d,", &n); err != nil {
			t.Fatalf("got %q", last)
		}
		sum += n
	}
	if sum != 10000 {
		t.Errorf("the ticks add up to %d", sum)
	}
	r.end()
}

func TestBytesAfterTheLastTickArePrintedAtTheEnd(t *testing.T) {
	r := serving(t, "count", "--tick", "1h")
	r.send("12345")
	if rest := r.end(); len(rest) != 1 || rest[0] != "bytes read = 5, in all 5" {
		t.Errorf("it has printed %q", rest)
	}
}

func TestOpenConnectionsAreServedToTheirEndsAfterAnInterrupt(t *testing.T) {
	for _, kind := range []string{"ping", "count"} {
		r := serving(t, kind)
		conn := r.dial()
		answers := bufio.NewScanner(conn)
		ask := func() {
			t.Helper()
			fmt.Fprintln(conn, "ping")
			if kind == "ping" && (!answers.Scan() || answers.Text() != "pong") {
				t.Errorf("no pong, %v", answers.Err())
			}
		}
		ask()
		ended := make(chan []string)
		go func() { ended <- r.end() }()
		if kind == "ping" { // the answer shows that the connection was accepted
			if got := r.line(r.errs); !strings.HasPrefix(got, "waiting for 1 connections") {
				t.Errorf("it says %q", got)
			}
		}
		ask()
		conn.Close()
		if rest := <-ended; kind == "count" && (len(rest) != 1 || !strings.HasPrefix(rest[0], "bytes read = ")) {
			t.Errorf("it has printed %q", rest)
		}
	}
}

func TestASecondInterruptCutsConnectionsOff(t *testing.T) {
	r := serving(t, "ping")
	conn := r.dial()
	defer conn.Close()
	fmt.Fprintln(conn, "ping")
	answers := bufio.NewScanner(conn)
	answers.Scan()
	interrupt()
	r.line(r.errs)
	r.end()
	if answers.Scan() {
		t.Errorf("it has said %q", answers.Text())
	}
}

func TestImpossibleArgumentsAreMisuse(t *testing.T) {
	for args, want := range map[string]string{
		"":                  "say which server",
		"goodbye":           `there is no server "goodbye"`,
		"--listen :0 hello": "too many",
		"hello there":       `"there"`,
		"count --tick 0s":   "use a time such as 5s",
		"hello --tick 1s":   "-tick",
		"ping --workers -2": "--workers is -2",
		"ping --listen":     "-listen",
	} {
		var out, errs strings.Builder
		if status := Run(strings.Fields(args), &out, &errs); status != 2 || !strings.Contains(errs.String(), want) || out.Len() > 0 {
			t.Errorf("%s: status %d, errors %q", args, status, errs.String())
		}
	}
	var out, errs strings.Builder
	if status := Run([]string{"hello", "--listen", "127.0.0.1:99999"}, &out, &errs); status != 1 || errs.Len() == 0 {
		t.Errorf("status %d, errors %q", status, errs.String())
	}
}

func TestHelpIsNoError(t *testing.T) {
	for _, args := range []string{"--help", "-h", "count --help"} {
		var out, errs strings.Builder
		if status := Run(strings.Fields(args), &out, &errs); status != 0 || errs.Len() > 0 || !strings.Contains(out.String(), "--tick time") {
			t.Errorf("%s: status %d\n%s%s", args, status, out.String(), errs.String())
		}
	}
}
