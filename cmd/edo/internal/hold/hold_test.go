package hold

import (
	"bytes"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// asParent is the environment variable that makes the test program a parent, which holds
// connections until it is ended.
const asParent = "EDO_TEST_PARENT"

var forever = Settings{Connections: 100, Processes: 2, For: time.Hour, Listen: "127.0.0.1:0"}

func TestMain(m *testing.M) {
	switch {
	case IsPart():
		os.Exit(Part(os.Stdin, os.Stdout))
	case os.Getenv(asParent) != "":
		os.Exit(Run(forever, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// rows returns the values of a table, by the names of the rows.
func rows(text string) map[string]string {
	row := map[string]string{}
	for line := range strings.Lines(text) {
		if len(line) >= 34 {
			row[strings.TrimSpace(line[:19])] = strings.TrimSpace(line[19:])
		}
	}
	return row
}

func TestThousandsOfConnectionsAreHeldBySeveralProcesses(t *testing.T) {
	var out, errs bytes.Buffer
	status := Run(Settings{Connections: 3000, Processes: 3, For: 200 * time.Millisecond, Listen: "127.0.0.1:0"}, &out, &errs)
	if status != 0 || errs.Len() > 0 {
		t.Fatalf("status %d\n%s%s", status, out.String(), errs.String())
	}
	row := rows(out.String())
	if row["connections"] != "3,000  of 3,000; all are open" || row["answered"] != "3,000  every connection, at the end" {
		t.Errorf("the table is\n%s", out.String())
	}
	if strings.HasPrefix(row["pings"], "0 ") || strings.ContainsRune(out.String(), '\r') || !strings.Contains(out.String(), "  3,000 connections are open\n") {
		t.Errorf("no pings, no progress, or a line for a terminal:\n%q", out.String())
	}
	for _, name := range []string{"memory, server", "memory, client", "processor, server", "processor, client", "round trip p50", "first answer max"} {
		n := regexp.MustCompile(`^[0-9,.]+`).FindString(row[name])
		if v, err := strconv.ParseFloat(strings.ReplaceAll(n, ",", ""), 64); err != nil || v <= 0 {
			t.Errorf("%s is %q", name, row[name])
		}
	}
}

func TestWhatCanBeHadIsHeldAndIsAFailure(t *testing.T) {
	at := netip.MustParseAddrPort("127.0.0.1:0")
	l := limitsOf(at.Addr())
	l.firstPort, l.lastPort, l.addresses = 40_000, 40_099, 2
	var out, errs bytes.Buffer
	h := newHolder(Settings{Connections: 500, For: 10 * time.Millisecond}, at, &out, &errs)
	if status := h.run(l); status != 1 {
		t.Errorf("status %d\n%s%s", status, out.String(), errs.String())
	}
	if want := "500 connections cannot be had here\n  180 of them are possible: 2 loopback addresses"; !strings.Contains(errs.String(), want) {
		t.Errorf("the errors are %s", errs.String())
	}
	if row := rows(out.String()); row["answered"] != "180  every connection, at the end" || !strings.HasPrefix(row["connections"], "180  of 500; more cannot be had") {
		t.Errorf("the table is\n%s", out.String())
	}
}

func TestNothingStartsWhenNothingCanBeHad(t *testing.T) {
	at := netip.MustParseAddrPort("127.0.0.1:0")
	l := limitsOf(at.Addr())
	l.descriptors = 10
	var out, errs bytes.Buffer
	h := newHolder(Settings{Connections: 500, For: time.Hour}, at, &out, &errs)
	if status := h.run(l); status != 1 || out.Len() > 0 || !strings.Contains(errs.String(), "0 of them are possible: a process may have 10 descriptors") {
		t.Errorf("status %d\n%s%s", status, out.String(), errs.String())
	}
}

// onLine does something once, when a line that contains a text is printed.
type onLine struct {
	bytes.Buffer
	text string
	do   func()
}

func (w *onLine) Write(p []byte) (int, error) {
	if w.do != nil && bytes.Contains(p, []byte(w.text)) {
		w.do()
		w.do = nil
	}
	return w.Buffer.Write(p)
}

func TestAProcessThatDiesEndsEverythingWithAClearError(t *testing.T) {
	for _, which := range []string{"server 2 of 2", "client 1 of 2"} {
		out := &onLine{text: "the connections are idle"}
		var errs bytes.Buffer
		h := newHolder(forever, netip.MustParseAddrPort(forever.Listen), out, &errs)
		pid := 0
		out.do = func() {
			for _, p := range append(h.servers, h.clients...) {
				if p.name == which {
					pid = p.cmd.Process.Pid
					p.cmd.Process.Kill()
				}
			}
		}
		if status := h.run(limitsOf(h.listen.Addr())); status != 1 {
			t.Errorf("status %d\n%s", status, out.String())
		}
		want := "edo demo: " + which + " (process " + strconv.Itoa(pid) + "): it has ended: "
		if got := errs.String(); !strings.HasPrefix(got, want) || strings.Count(got, "\n") != 1 {
			t.Errorf("%q is not all that is said: %s", want, got)
		}
		for _, p := range append(h.servers, h.clients...) {
			if p.cmd.ProcessState == nil {
				t.Errorf("%s has not ended", p.name)
			}
		}
	}
}

func TestAnAddressInUseIsAnErrorOfTheServer(t *testing.T) {
	var out, errs bytes.Buffer
	h := newHolder(Settings{Connections: 100, Processes: 1, For: time.Hour}, netip.MustParseAddrPort("127.0.0.1:0"), &out, &errs)
	taken, free := listening(t)
	defer free()
	h.listen = taken
	status := h.run(limitsOf(taken.Addr()))
	if got := errs.String(); status != 1 || !strings.HasPrefix(got, "edo demo: server 1 of 1 (process ") || !strings.Contains(got, taken.String()) {
		t.Errorf("status %d, errors %s", status, got)
	}
}

func TestOnlyLoopbackAddressesAreListenedAt(t *testing.T) {
	for _, listen := range []string{"0.0.0.0:0", ":4000", "192.0.2.1:80", "[::]:0", "localhost:0", "127.0.0.1"} {
		var out, errs bytes.Buffer
		status := Run(Settings{Connections: 10, For: time.Hour, Listen: listen}, &out, &errs)
		if status != 2 || out.Len() > 0 || !strings.Contains(errs.String(), "use a loopback address with a port, such as 127.0.0.1:0") {
			t.Errorf("%s: status %d, errors %s", listen, status, errs.String())
		}
	}
}

func TestAPartSaysWhatItCannotDo(t *testing.T) {
	for in, want := range map[string]string{
		"{}\n": "neither to serve nor to open",
		`{"Serve":{"Address":"127.0.0.1:0","Workers":1}}` + "\n" + `{"Ping":{}}` + "\n":                         "a server cannot do",
		`{"Open":{"Server":"127.0.0.1:1","Count":1,"AtOnce":1,"Addresses":1,"Workers":1}}` + "\n":               "connect",
		`{"Open":{"Server":"127.0.0.1:1","Count":0,"AtOnce":1,"Addresses":1,"Workers":1}}` + "\n" + `{}` + "\n": "a client cannot do",
	} {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), partVariable+"=1")
		orders, err := cmd.StdinPipe() // stays open: the end of the input would end the part as well
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(orders, in); err != nil {
			t.Fatal(err)
		}
		if out, err := cmd.Output(); cmd.ProcessState.ExitCode() != 1 || !strings.Contains(string(out), want) {
			t.Errorf("%s: %v, %s", in, err, out)
		}
	}
}

// listening returns an address that is in use, and what frees it.
func listening(t *testing.T) (netip.AddrPort, func()) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l.Addr().(*net.TCPAddr).AddrPort(), func() { l.Close() }
}
