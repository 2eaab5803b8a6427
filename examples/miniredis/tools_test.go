package main

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/edo-go/edo/examples/internal/trial"
)

// cli runs redis-cli against the server on port, and returns what it prints, on both outputs.
func cli(t *testing.T, port, input string, args ...string) (output string, code int) {
	t.Helper()
	cmd := exec.Command(redisTool(t, "redis-cli", "redis-tools"), append([]string{"-p", port}, args...)...)
	cmd.Stdin = strings.NewReader(input)
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// startTCP starts the example and returns its port.
func startTCP(t *testing.T) string {
	t.Helper()
	_, port, _ := strings.Cut(trial.Start(t).Addr(), ":")
	return port
}

func TestRedisCLIWorks(t *testing.T) {
	redisTool(t, "redis-cli", "redis-tools")
	port := startTCP(t)
	for _, c := range []struct {
		input string
		args  []string
		want  string
		code  int
	}{
		{"", []string{"set", "k", "a b\n"}, "OK\n", 0},
		{"", []string{"get", "k"}, "a b\n\n", 0},
		{"", []string{"-3", "hset", "h", "f", "1"}, "1\n", 0},
		{"", []string{"-3", "--no-raw", "hgetall", "h"}, "1# \"f\" => \"1\"\n", 0},
		{"", []string{"foo"}, "ERR unknown command 'foo', with args beginning with: \n\n", 0},
		{"", []string{"-e", "foo"}, "ERR unknown command 'foo', with args beginning with: \n", 1},
		{"", []string{"-n", "3", "dbsize"}, "0\n", 0},
		{"", []string{"-a", "secret", "--no-auth-warning", "ping"}, "AUTH failed: ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?\nPONG\n", 0},
		{"", []string{"--user", "default", "--pass", "secret", "--no-auth-warning", "-3", "ping"}, "PONG\n", 0},
		{"", []string{"--user", "me", "--pass", "secret", "--no-auth-warning", "ping"}, "AUTH failed: WRONGPASS invalid username-password pair or user is disabled.\nPONG\n", 0},
		{"incr n\nincr n\n\nget n\n", nil, "1\n2\n2\n", 0},
		{strings.Repeat("INCR many\r\n", 1000), []string{"--pipe"}, "All data transferred. Waiting for the last reply...\nLast reply received from server.\nerrors: 0, replies: 1000\n", 0},
		{"", []string{"get", "many"}, "1000\n", 0},
	} {
		got, code := cli(t, port, c.input, c.args...)
		if got != c.want || code != c.code {
			t.Errorf("%q %q: got %q and exit code %d, wanted %q and %d", c.args, c.input, got, code, c.want, c.code)
		}
	}
}

func TestRedisBenchmarkPassesAllItsTests(t *testing.T) {
	path := redisTool(t, "redis-benchmark", "redis-tools")
	port := startTCP(t)
	for _, options := range []string{"", "-P 16", "-3 -P 4"} {
		args := append([]string{"-p", port, "-n", "300", "-c", "10", "-r", "1000", "--csv"}, strings.Fields(options)...)
		out, err := exec.Command(path, args...).CombinedOutput()
		tests := strings.Count(string(out), "\n\"")
		if err != nil || tests != 20 || strings.Contains(string(out), "WARNING") {
			t.Errorf("%s: %v, after %d tests:\n%s", options, err, tests, out)
		}
	}
}

func TestTheAddressMayBeAUnixSocket(t *testing.T) {
	path := redisTool(t, "redis-cli", "redis-tools")
	out, err := exec.Command(path, "-s", startMini(t), "ping").CombinedOutput()
	if string(out) != "PONG\n" || err != nil {
		t.Errorf("got %q, %v", out, err)
	}
}

func TestAnUnknownNetworkIsAClearError(t *testing.T) {
	if stdout, stderr, code := trial.Start(t, "-network", "pigeon").Wait(); stdout != "" || code != 1 || !strings.Contains(stderr, "pigeon") {
		t.Errorf("exit code %d, output %q and %q", code, stdout, stderr)
	}
}
