package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
	"github.com/hibiken/asynq"
)

// bed is what a measurement has.
type bed struct {
	folder  string // of a broker in the process
	address string // of the one beside; "": it is in the process
	pass    int
	close   []func()

	plain plainBed
	edo   edoBed
	asynq *asynq.Client
}

// token is what the broker beside asks for.
const token = "bench"

// runChild makes a measurement, or is the broker.
func runChild(what string, stdin io.Reader, stdout io.Writer) error {
	switch what {
	case ofNATS:
		return beBroker(stdin, stdout)
	case ofRedis:
		return beRedis(stdin, stdout)
	}
	var row result
	if err := json.Unmarshal([]byte(what), &row); err != nil {
		return err
	}
	v, ok := find(row)
	if !ok {
		return fmt.Errorf("there is no row %s", row.name())
	}
	folder, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	b := &bed{folder: filepath.Join(folder, "broker")}
	defer b.end()
	if row.Place == beside {
		if err := b.startBroker(v.broker); err != nil {
			return err
		}
	}
	for b.pass = range 2 {
		began, cpu := time.Now(), cpuTime()
		watch = stopwatch{}
		if err := v.run(b, row.N); err != nil {
			return err
		}
		took, used := time.Since(began)-watch.wall, cpuTime()-cpu-watch.cpu
		if b.pass == 0 {
			row.ColdNS = float64(took) / float64(row.N)
		}
		row.NS, row.CPU = float64(took)/float64(row.N), float64(used)/float64(row.N)
	}
	return json.NewEncoder(stdout).Encode(row)
}

// watch is what does not count in the present pass.
var watch stopwatch

// stopwatch adds up time that does not count.
type stopwatch struct{ wall, cpu time.Duration }

// without calls fn, whose time does not count: it prepares the work.
func without(fn func() error) error {
	began, cpu := time.Now(), cpuTime()
	err := fn()
	watch.wall += time.Since(began)
	watch.cpu += cpuTime() - cpu
	return err
}

// startBroker starts the broker beside.
func (b *bed) startBroker(broker string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), childVariable+"="+cmp.Or(broker, ofNATS))
	cmd.Stderr = os.Stderr
	input, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	output, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	b.close = append(b.close, func() {
		input.Close()
		cmd.Wait()
	})
	line, err := bufio.NewReader(output).ReadString('\n')
	b.address = strings.TrimSpace(line)
	return err
}

// url is that of the broker beside.
func (b *bed) url() string { return "nats://" + b.address }

// beBroker is the broker beside, until its input ends.
func beBroker(stdin io.Reader, stdout io.Writer) error {
	folder, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	return edo.Run(func(task *edo.Task) error {
		conn, err := (&cluster.Broker{Listen: "127.0.0.1:0", Token: token}).Open(task, filepath.Join(folder, "broker"))
		if err != nil {
			return err
		}
		defer conn.Drop()
		fmt.Fprintln(stdout, conn.Address())
		_, err = edo.Blocking(task, func(*edo.Task) (edo.Unit, error) {
			_, err := io.Copy(io.Discard, stdin)
			return edo.Unit{}, err
		}).Await(task)
		return err
	})
}

// end ends what was started, the last first.
func (b *bed) end() {
	for i := len(b.close) - 1; i >= 0; i-- {
		b.close[i]()
	}
}

// payload is the value of a job.
var payload = strings.Repeat("x", 126) // 128 bytes as JSON
