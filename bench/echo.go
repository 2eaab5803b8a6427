package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"github.com/edo-go/edo/bench/internal/load"
)

// measureEcho loads an echo server. For more connections than a process may have
// descriptors it starts several servers, each with a port and a client of its own.
func measureEcho(ctx context.Context, w workload, v variant, do order, o *options, programs *peerPrograms) (r result, err error) {
	if !load.Supported {
		return r, errors.New("the load client needs Linux")
	}
	server := programs.command(v, workload{name: "echo"}, do)
	if v.server != "" {
		do.Serve, do.CurrentThread = v.server, v.currentThread()
		if w.protocol == load.TLS {
			if do.certificate, err = sharedCertificate(); err != nil {
				return r, err
			}
		}
		server = programs.self(do)
	}
	warm, measure := o.load(w.conns)
	p := &pairs{ctx: ctx, server: server, hasCollector: v.server != "", order: load.Order{
		Depth: w.depth, Warm: warm, Measure: measure,
		Protocol: w.protocol, Certificate: do.Certificate, Idle: w.idle,
	}}
	if w.fixed || w.idle {
		p.order.Settle = o.settle
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	for _, conns := range split(o.connections(w), descriptors()) {
		if err := p.start(conns); err != nil {
			return r, err
		}
	}
	sum, err := p.load()
	if err != nil {
		return r, err
	}
	if w.idle {
		return idleResult(sum, len(p.clients)), nil
	}
	if sum.Requests == 0 || sum.ColdRequests == 0 {
		return r, errors.New("no request was answered")
	}
	return echoResult(sum, len(p.clients), w.fixed), nil
}

// split divides conns among the smallest number of processes with so many descriptors.
func split(conns, descriptors int) []int {
	processes := (conns + descriptors - 1) / descriptors
	parts := make([]int, processes)
	for i := range parts {
		parts[i] = conns / processes
		if i < conns%processes {
			parts[i]++
		}
	}
	return parts
}

func echoResult(sum load.Result, processes int, settled bool) result {
	var r result
	r.N = int(sum.Requests)
	r.NS = float64(sum.Wall) / float64(sum.Requests)
	r.CPU = float64(sum.ServerCPU) / float64(sum.Requests)
	r.ColdNS = float64(sum.ColdWall) / float64(sum.ColdRequests)
	r.ColdCPU = float64(sum.ColdCPU) / float64(sum.ColdRequests)
	if settled {
		r.Bytes = float64(sum.Memory) / float64(sum.Conns)
	}
	r.Extra = map[string]float64{
		"requests_per_s": float64(sum.Requests) / sum.Wall.Seconds(),
		"p50_us":         float64(sum.Latency.Quantile(0.5)) / float64(time.Microsecond),
		"p99_us":         float64(sum.Latency.Quantile(0.99)) / float64(time.Microsecond),
		"client_cpu_ns":  float64(sum.ClientCPU) / float64(sum.Requests),
		"connections":    float64(sum.Conns),
		"processes":      float64(processes),
	}
	return r
}

// idleResult is the result of connections that are only made. One operation is to make one.
func idleResult(sum load.Result, processes int) result {
	var r result
	r.N = sum.Conns
	r.NS = float64(sum.OpenWall) / float64(sum.Conns)
	r.CPU = float64(sum.OpenCPU) / float64(sum.Conns)
	r.ColdNS, r.ColdCPU = r.NS, r.CPU
	r.Bytes = float64(sum.Memory) / float64(sum.Conns)
	r.Extra = map[string]float64{"connections": float64(sum.Conns), "processes": float64(processes)}
	return r
}

// pairs holds servers, each with its client.
type pairs struct {
	ctx     context.Context
	server  func(context.Context) *exec.Cmd
	order   load.Order
	servers []*program
	clients []*program

	hasCollector bool // the servers read orders to collect their garbage
}

// start starts one more pair, and returns when the client is connected.
func (p *pairs) start(conns int) error {
	server, err := start(p.ctx, p.server)
	if err != nil {
		return err
	}
	p.servers = append(p.servers, server)
	line, err := server.line()
	if err != nil {
		return err
	}
	address, found := strings.CutPrefix(line, "listening ")
	if !found {
		return fmt.Errorf("the server says %q", line)
	}
	do := p.order
	do.Address, do.Server, do.Conns = address, server.cmd.Process.Pid, conns
	client, err := start(p.ctx, self(order{Load: &do}))
	if err != nil {
		return err
	}
	p.clients = append(p.clients, client)
	line, err = client.line()
	for ; err == nil && line == load.Collect; line, err = client.line() {
		if err := p.collect(server, client); err != nil {
			return err
		}
	}
	if err == nil && line != "connected" {
		err = fmt.Errorf("the client says %q", line)
	}
	return err
}

// collect lets a server of this program collect its garbage, and tells the client.
func (p *pairs) collect(server, client *program) error {
	if p.hasCollector {
		if _, err := fmt.Fprintln(server.in, load.Collect); err != nil {
			return server.failure(err)
		}
		if line, err := server.line(); err != nil || line != load.Collect {
			return errors.Join(err, fmt.Errorf("the server says %q", line))
		}
	}
	if _, err := fmt.Fprintln(client.in, load.Collect); err != nil {
		return client.failure(err)
	}
	return nil
}

// load lets all clients begin, and adds up their results.
func (p *pairs) load() (sum load.Result, err error) {
	for _, client := range p.clients {
		if _, err := fmt.Fprintln(client.in, "go"); err != nil {
			return sum, client.failure(err)
		}
	}
	for _, client := range p.clients {
		var r load.Result
		if err := client.result(&r); err != nil {
			return sum, err
		}
		sum.Add(r)
	}
	return sum, nil
}

// stop ends the clients and then the servers.
func (p *pairs) stop() (err error) {
	for _, all := range [][]*program{p.clients, p.servers} {
		for _, one := range all {
			if one.cmd.ProcessState == nil {
				err = errors.Join(err, one.stop())
			}
		}
	}
	return err
}
