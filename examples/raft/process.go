package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/examples/raft/consensus"
)

// process is a server as a process of its own: killed, it has no time to put anything in order.
type process struct {
	id    consensus.ID
	addr  string // the same in each life
	cmd   *exec.Cmd
	stdin io.Closer // its end ends the process
	ended *edo.JoinHandle[edo.Unit]
}

// launch starts a server, and waits until it listens. What it says later goes to note.
func launch(task *edo.Task, p *process, dir string, isFirst bool, note func(string)) error {
	home := filepath.Join(dir, fmt.Sprint("server", p.id))
	if err := os.MkdirAll(home, 0o700); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	p.cmd = exec.Command(self, "-id", fmt.Sprint(p.id), "-dir", home, "-listen", p.addr, fmt.Sprint("-first=", isFirst))
	p.cmd.Stderr = os.Stderr
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if p.stdin, err = p.cmd.StdinPipe(); err != nil {
		return err
	}
	if err := p.cmd.Start(); err != nil {
		return err
	}
	lines := bufio.NewScanner(stdout)
	line, err := edo.Call(task, func(context.Context) (string, error) {
		lines.Scan()
		return lines.Text(), lines.Err()
	})
	addr, isAddr := strings.CutPrefix(line, "listening on ")
	if err == nil && !isAddr {
		err = fmt.Errorf("server %d says %q", p.id, line)
	}
	if err != nil {
		p.cmd.Process.Kill()
		p.cmd.Wait() //edo:allow blocking it was killed, and ends at once
		return err
	}
	p.addr = addr
	p.ended = edo.Blocking(task, func(*edo.Task) (edo.Unit, error) {
		for lines.Scan() {
			note(lines.Text())
		}
		p.cmd.Wait() // it was killed: that is no news
		return edo.Unit{}, nil
	}, edo.Name(fmt.Sprint("output of server ", p.id)))
	return nil
}

// kill ends the process at once, and waits for that. Nothing happens if it has ended.
func (p *process) kill(task *edo.Task) error {
	if p.ended == nil {
		return nil
	}
	p.cmd.Process.Kill()
	p.stdin.Close()
	_, err := p.ended.Await(task)
	p.ended = nil
	return err
}
