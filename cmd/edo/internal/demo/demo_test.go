package demo

import (
	"bytes"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo/cmd/edo/internal/hold"
)

// TestMain lets the test program be a process that holds connections.
func TestMain(m *testing.M) {
	if hold.IsPart() {
		os.Exit(hold.Part(os.Stdin, os.Stdout))
	}
	os.Exit(m.Run())
}

func TestProcessesHoldTheConnectionsOnDemand(t *testing.T) {
	var out, errs bytes.Buffer
	status := Run([]string{"--connections", "200", "--processes", "2", "--for", "20ms", "--workers", "1"}, &out, &errs)
	if status != 0 || errs.Len() > 0 || !strings.Contains(out.String(), "200  every connection, at the end\n") {
		t.Errorf("status %d\n%s%s", status, out.String(), errs.String())
	}
}

func TestEverySentByteIsCounted(t *testing.T) {
	var out, errs bytes.Buffer
	var row map[string]string
	for length := 300 * time.Millisecond; ; length *= 4 {
		out.Reset()
		if status := Run([]string{"--connections", "50", "--for", length.String(), "-workers", "2"}, &out, &errs); status != 0 || errs.Len() > 0 {
			t.Fatalf("status %d\n%s%s", status, out.String(), errs.String())
		}
		row = map[string]string{}
		for _, line := range strings.Split(out.String(), "\n") {
			if len(line) >= 30 {
				row[strings.TrimSpace(line[:15])] = strings.TrimSpace(line[15:])
			}
		}
		if !strings.HasPrefix(row["pings"], "0 ") || length > time.Minute { // a busy machine may stand still for so long
			break
		}
	}
	if row["connections"] != "50  of 50" || !strings.HasSuffix(row["bytes counted"], "  equal") {
		t.Errorf("the table is\n%s", out.String())
	}
	sent := row["bytes sent"]
	if sent == "0" || sent == "" || row["bytes counted"] != sent+"  equal" {
		t.Errorf("the table is\n%s", out.String())
	}
	if strings.HasPrefix(row["pings"], "0 ") || strings.ContainsRune(out.String(), '\r') {
		t.Errorf("no pings, or a line for a terminal:\n%q", out.String())
	}
}

func TestTheConsoleIsServedMeanwhile(t *testing.T) {
	var out, errs bytes.Buffer
	status := Run([]string{"--connections", "5", "--for", "20ms", "--console=127.0.0.1:0"}, &out, &errs)
	if status != 0 || errs.Len() > 0 || !strings.HasPrefix(out.String(), "console: http://127.0.0.1:") {
		t.Errorf("status %d\n%s%s", status, out.String(), errs.String())
	}
	if status := Run([]string{"--console=0.0.0.0:0"}, &out, &errs); status != 1 || !strings.Contains(errs.String(), "console.WithToken") {
		t.Errorf("status %d, errors %q", status, errs.String())
	}
	var c consoleFlag
	if c.Set("true") != nil || c != "127.0.0.1:6070" || c.Set("false") != nil || c != "" {
		t.Errorf("the flag is %q", c)
	}
}

func TestBytesThatAreNotCountedAreAFailure(t *testing.T) {
	var out bytes.Buffer
	d := &demo{out: &out, took: time.Second}
	d.sent.Store(10)
	d.counted.Store(9)
	if status := d.table(); status != 1 || !strings.Contains(out.String(), "NOT EQUAL") {
		t.Errorf("status %d\n%s", status, out.String())
	}
}

func TestImpossibleFlagsAreMisuse(t *testing.T) {
	for args, want := range map[string]string{
		"--connections 0":                        "--connections is 0: use at least 1",
		"--connections -5":                       "use at least 1",
		"--connections 100000000":                "--connections is 100000000: use 1000000 at the most",
		"--processes -1":                         "--processes is -1: use 0, or a number up to 32",
		"--processes 33":                         "--processes is 33",
		"--connections 10001 --listen 0.0.0.0:0": "use a loopback address",
		"--for 0s":                               "use a time such as 5s",
		"--for 5":                                "use a time such as 5s",
		"--workers -1":                           "--workers is -1",
		"--bogus":                                "-bogus",
		"now":                                    `"now"`,
	} {
		var out, errs bytes.Buffer
		if status := Run(strings.Fields(args), &out, &errs); status != 2 || !strings.Contains(errs.String(), want) || out.Len() > 0 {
			t.Errorf("%s: status %d, errors %q", args, status, errs.String())
		}
	}
}

func TestAnAddressInUseIsAnErrorThatSaysWhatToDo(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var out, errs bytes.Buffer
	status := Run([]string{"--listen", l.Addr().String()}, &out, &errs)
	if status != 1 || out.Len() > 0 {
		t.Errorf("status %d, out %q", status, out.String())
	}
	for _, want := range []string{l.Addr().String(), "address already in use", "--listen"} {
		if !strings.Contains(errs.String(), want) {
			t.Errorf("%q is missing in: %s", want, errs.String())
		}
	}
}

func TestHelpIsNoError(t *testing.T) {
	var out, errs bytes.Buffer
	if status := Run([]string{"--help"}, &out, &errs); status != 0 || errs.Len() > 0 || !strings.Contains(out.String(), "--connections number") {
		t.Errorf("status %d\n%s%s", status, out.String(), errs.String())
	}
}
