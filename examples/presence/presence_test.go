//go:build unix

package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/edo-go/edo/examples/internal/trial"
)

func TestMain(m *testing.M) { trial.Main(m, main) }

// ttl is that of leases which end: a node that stands still for less than this, on a busy machine, keeps its names.
const ttl = "12s"

// program is the program, with its nodes.
type program struct {
	*trial.Process
	pids      []int
	addresses []string
}

// startShow starts the program without visitors.
func startShow(t *testing.T, nodes int, args ...string) *program {
	t.Helper()
	s := &program{Process: trial.Start(t, append([]string{"-visitors", "0", "-nodes", fmt.Sprint(nodes)}, args...)...)}
	for i := range nodes {
		var number, pid, port int
		var host string
		if _, err := fmt.Sscanf(s.Line(), "node %d is process %d: nc %s %d", &number, &pid, &host, &port); err != nil || number != i+1 {
			t.Fatalf("node %d: %v", number, err)
		}
		s.pids, s.addresses = append(s.pids, pid), append(s.addresses, fmt.Sprintf("%s:%d", host, port))
	}
	return s
}

// person is a client of a node.
type person struct {
	t *testing.T
	net.Conn
	lines *bufio.Reader
}

// connect connects to a node, and says the name.
func (s *program) connect(t *testing.T, node int, name string) *person {
	t.Helper()
	c, err := net.Dial("tcp", s.addresses[node-1])
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(90 * time.Second)) // the test fails, and does not hang
	p := &person{t, c, bufio.NewReader(c)}
	p.hears("what is your name?")
	p.says(name)
	return p
}

// says sends a line.
func (p *person) says(line string) {
	p.t.Helper()
	if _, err := fmt.Fprintln(p, line); err != nil {
		p.t.Fatal(err)
	}
}

// hears requires that these lines come, in any order.
func (p *person) hears(want ...string) {
	p.t.Helper()
	left := map[string]bool{}
	for _, line := range want {
		left[line] = true
	}
	for len(left) > 0 {
		line, err := p.lines.ReadString('\n')
		line = strings.TrimRight(line, "\r\n")
		if err != nil || !left[line] {
			p.t.Fatalf("it hears %q, %v, and wants %q", line, err, want)
		}
		delete(left, line)
	}
}

// tells requires that the program tells this.
func (s *program) tells(t *testing.T, want string) {
	t.Helper()
	if line := strings.Join(strings.Fields(s.Line()), " "); line != want {
		t.Fatalf("it tells %q, and not %q", line, want)
	}
}

func TestPeopleSeeEachOtherOverAllNodes(t *testing.T) {
	s := startShow(t, 2, "-ttl", "1h") // no machine is so slow that a name is lost
	anna := s.connect(t, 1, "anna")
	anna.hears("welcome, anna", "+ anna at node 1")
	s.tells(t, "+ anna at node 1 1 online")
	ben := s.connect(t, 2, "ben")
	ben.hears("welcome, ben", "+ anna at node 1", "+ ben at node 2")
	anna.hears("+ ben at node 2")
	s.tells(t, "+ ben at node 2 2 online")
	for _, p := range []*person{anna, ben} {
		p.says("who")
		p.hears("2 online: anna at node 1, ben at node 2")
	}
	s.connect(t, 2, "anna").hears("anna is online at node 1") // a name is there once
	ben.Close()
	anna.hears("- ben")
	s.tells(t, "- ben 1 online")
	s.connect(t, 1, "ben").hears("welcome, ben", "+ anna at node 1", "+ ben at node 1")
	anna.hears("+ ben at node 1")

	s.Signal(os.Interrupt)
	if stdout, stderr, code := s.Wait(); code != 0 { // on a busy machine edo tells what has not ended yet
		t.Errorf("exit code %d\n%s\n%s", code, stdout, stderr)
	}
	for _, pid := range s.pids {
		if syscall.Kill(pid, 0) == nil {
			t.Errorf("node %d is there", pid)
		}
	}
}

func TestTheNamesOfADeadNodeGoOffline(t *testing.T) {
	t.Parallel() // it waits for the end of leases
	s := startShow(t, 2, "-ttl", ttl)
	anna, ben := s.connect(t, 1, "anna"), s.connect(t, 2, "ben")
	anna.hears("welcome, anna", "+ anna at node 1", "+ ben at node 2")
	ben.hears("welcome, ben", "+ anna at node 1", "+ ben at node 2")
	if err := syscall.Kill(s.pids[1], syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	anna.hears("- ben")
	again := s.connect(t, 1, "ben")
	again.hears("welcome, ben", "+ anna at node 1", "+ ben at node 1")
	anna.hears("+ ben at node 1")
}

// A node that stood still finds that its names are lost: one of them is somewhere else by now.
func TestANodeThatStoodStillTakesNoNameBackFromAnother(t *testing.T) {
	t.Parallel() // it waits for the end of leases
	s := startShow(t, 2, "-ttl", ttl)
	anna := s.connect(t, 1, "anna")
	anna.hears("welcome, anna", "+ anna at node 1")
	ben := s.connect(t, 2, "ben")
	ben.hears("welcome, ben", "+ anna at node 1", "+ ben at node 2")
	anna.hears("+ ben at node 2")
	carl := s.connect(t, 2, "carl")
	carl.hears("welcome, carl", "+ anna at node 1", "+ ben at node 2", "+ carl at node 2")
	anna.hears("+ carl at node 2")
	ben.hears("+ carl at node 2")
	t.Cleanup(func() { syscall.Kill(s.pids[1], syscall.SIGCONT) }) // one that stands still does not end with the program
	if err := syscall.Kill(s.pids[1], syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	anna.hears("- ben", "- carl")
	elsewhere := s.connect(t, 1, "ben")
	elsewhere.hears("welcome, ben", "+ anna at node 1", "+ ben at node 1")
	anna.hears("+ ben at node 1")
	if err := syscall.Kill(s.pids[1], syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	anna.hears("+ carl at node 2") // it is online again
	for line := ""; line != "ben is online at node 1"; {
		var err error
		if line, err = ben.lines.ReadString('\n'); err != nil {
			t.Fatalf("ben was not told where he is: %v", err)
		}
		line = strings.TrimSpace(line)
	}
}
