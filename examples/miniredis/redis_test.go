package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo/examples/internal/trial"
)

// redisTool returns the path of a tool of redis, or skips the test.
func redisTool(t *testing.T, name, pkg string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("there is no %s: apt-get install %s", name, pkg)
	}
	return path
}

// startReal starts redis-server with a socket of its own, and returns its path.
func startReal(t *testing.T) string {
	t.Helper()
	path := redisTool(t, "redis-server", "redis-server")
	dir := t.TempDir()
	sock := filepath.Join(dir, "s")
	cmd := exec.Command(path, "--port", "0", "--unixsocket", sock, "--save", "", "--appendonly", "no", "--dir", dir, "--daemonize", "no")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	isReady := false
	for lines := bufio.NewScanner(stdout); !isReady && lines.Scan(); {
		isReady = strings.Contains(lines.Text(), "ready to accept connections")
	}
	if !isReady {
		t.Fatal("redis-server did not start")
	}
	go io.Copy(io.Discard, stdout)
	return sock
}

// startMini starts the example with a socket of its own, and returns its path.
func startMini(t *testing.T) string {
	t.Helper()
	return trial.Start(t, "-network", "unix", "-addr", filepath.Join(t.TempDir(), "s")).Addr()
}

// A peer is a client of either server.
type peer struct {
	t    *testing.T
	conn net.Conn
	in   *bufio.Reader
}

func dialPeer(t *testing.T, sock string) *peer {
	t.Helper()
	conn, err := net.Dial("unix", sock)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(30 * time.Second))
	return &peer{t, conn, bufio.NewReader(conn)}
}

func (p *peer) send(b []byte) {
	p.t.Helper()
	if _, err := p.conn.Write(b); err != nil {
		p.t.Fatal(err)
	}
}

// rest returns all that comes up to the end.
func (p *peer) rest() string {
	b, err := io.ReadAll(p.in)
	if err != nil {
		return string(b) + " and " + err.Error()
	}
	return string(b)
}

// reply reads a reply and returns it as text. The elements of an array in any order are sorted.
func (p *peer) reply(isUnordered bool) string {
	p.t.Helper()
	line, err := p.in.ReadString('\n')
	if err != nil {
		p.t.Fatal(err)
	}
	line = strings.TrimSuffix(line, "\r\n")
	n, _ := strconv.Atoi(line[1:])
	switch line[0] {
	case '$', '=':
		if n < 0 {
			return line
		}
		b := make([]byte, n+2)
		if _, err := io.ReadFull(p.in, b); err != nil {
			p.t.Fatal(err)
		}
		return fmt.Sprintf("%c%q", line[0], b[:n])
	case '*', '~', '>', '%':
		if n < 0 {
			return line
		}
		var parts []string
		for range n {
			part := p.reply(false)
			if line[0] == '%' {
				part += " -> " + p.reply(false)
			}
			parts = append(parts, part)
		}
		if isUnordered {
			slices.Sort(parts)
		}
		return line[:1] + "[" + strings.Join(parts, " ") + "]"
	}
	return line
}

// encode returns a command as the clients send it.
func encode(args ...string) []byte {
	b := fmt.Appendf(nil, "*%d\r\n", len(args))
	for _, a := range args {
		b = fmt.Appendf(b, "$%d\r\n%s\r\n", len(a), a)
	}
	return b
}
