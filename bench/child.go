package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"strings"

	"github.com/edo-go/edo/bench/internal/echo"
	"github.com/edo-go/edo/bench/internal/load"
)

// childVariable is the environment variable that makes this program a child: a child
// measures one variant, prints a result as JSON, and ends; or it is an echo server,
// or the client of an echo server.
const childVariable = "EDO_BENCH_CHILD"

// An order tells a child what to do. It is JSON in the environment of the child.
type order struct {
	Workload, Runtime, Style string
	Workers, N, Passes       int
	Ahead, Spread            int
	Profile                  string
	Serve                    string      // be the echo server of this name
	CurrentThread            bool        // with one worker
	Load                     *load.Order // be a client of an echo server
	certificate                          // of a server with TLS
}

// A result is one measurement: the warm pass and the cold pass before it.
type result struct {
	Workload string  `json:"workload"`
	Runtime  string  `json:"runtime"`
	Style    string  `json:"style"`
	Workers  int     `json:"workers"`
	N        int     `json:"n"`
	Scale    float64 `json:"scale"`
	Round    int     `json:"round"`
	pass
	ColdNS  float64 `json:"cold_ns_per_op"`
	ColdCPU float64 `json:"cold_cpu_ns_per_op"`
	Took    float64 `json:"took_s"` // the whole measurement, with the start of the processes
}

// measureOnce measures a variant once, in processes of its own.
func measureOnce(ctx context.Context, w workload, v variant, n int, o *options, programs *peerPrograms) (result, error) {
	ahead, spread := o.timers(w)
	do := order{
		Workload: w.name, Runtime: v.runtime, Style: v.style,
		Workers: o.workers, N: n, Passes: o.passes(w, n), Ahead: ahead, Spread: spread,
	}
	if o.profile != "" {
		name := strings.ReplaceAll(v.name(w), "/", "-")
		do.Profile = filepath.Join(o.profile, strings.ReplaceAll(name, " ", "_")+".pprof")
	}
	var r result
	var err error
	switch {
	case w.conns > 0:
		r, err = measureEcho(ctx, w, v, do, o, programs)
	case v.program != "":
		r, err = runOnce(ctx, programs.command(v, w, do))
	default:
		r, err = runOnce(ctx, programs.self(do))
	}
	if err == nil && w.timers != noTimers {
		if r.Extra == nil {
			r.Extra = make(map[string]float64)
		}
		r.Extra["ahead_ms"], r.Extra["spread_ms"] = float64(ahead), float64(spread)
	}
	return r, err
}

// runChild executes the order in the environment.
func runChild(in io.Reader, out io.Writer) error {
	var do order
	if err := json.Unmarshal([]byte(os.Getenv(childVariable)), &do); err != nil {
		return fmt.Errorf("%s: %w", childVariable, err)
	}
	if do.Load != nil {
		return load.Run(*do.Load, in, out)
	}
	runtime.GOMAXPROCS(do.Workers)
	if do.Profile != "" {
		file, err := os.Create(do.Profile)
		if err != nil {
			return err
		}
		if err := pprof.StartCPUProfile(file); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	if do.Serve != "" {
		return serve(do, in, out)
	}
	for _, w := range workloads {
		for _, v := range w.variants {
			if w.name == do.Workload && v.runtime == do.Runtime && v.style == do.Style && v.run != nil {
				return runPasses(do, v, out)
			}
		}
	}
	return fmt.Errorf("there is no %s/%s/%s", do.Workload, do.Runtime, do.Style)
}

// runPasses makes the passes and prints the result.
func runPasses(do order, v variant, out io.Writer) error {
	s := &session{
		workers: do.Workers, n: do.N, passes: do.Passes, currentThread: v.currentThread(),
		ahead: do.Ahead, spread: do.Spread,
	}
	if err := v.run(s); err != nil {
		return err
	}
	cold, warm := coldAndWarm(s.done)
	return json.NewEncoder(out).Encode(result{
		Workload: do.Workload, Runtime: do.Runtime, Style: do.Style, Workers: do.Workers, N: do.N,
		pass: warm, ColdNS: cold.NS, ColdCPU: cold.CPU,
	})
}

// serve runs an echo server until in ends: in ends together with the parent process.
func serve(do order, in io.Reader, out io.Writer) error {
	failed := make(chan error, 1)
	go func() {
		failed <- echo.Serve(do.Serve, echo.Config{
			Workers: do.Workers, CurrentThread: do.CurrentThread,
			Certificate: do.Certificate, Key: do.Key,
			Ready: func(address string) { fmt.Fprintln(out, "listening", address) },
		})
	}()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for lines := bufio.NewScanner(in); lines.Scan(); {
			if lines.Text() == load.Collect {
				collect()
				fmt.Fprintln(out, load.Collect)
			}
		}
	}()
	select {
	case err := <-failed:
		return err
	case <-ended:
		return nil
	}
}

// collect does what eight minutes without work do to a process of Go: each collection shrinks the
// stacks by half, and empties a part of the pools. Then it gives the system what is free.
func collect() {
	for range 4 {
		runtime.GC()
	}
	debug.FreeOSMemory()
}
