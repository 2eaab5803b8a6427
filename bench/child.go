package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strings"
	"time"
)

// childVariable is the environment variable that makes this program a child: it
// measures one variant, prints a result as JSON, and ends.
const childVariable = "EDO_BENCH_CHILD"

// patience is how long a child may take before it counts as hung.
const patience = 2 * time.Minute

// An order is what a child is told, as JSON in its environment.
type order struct {
	Workload, Runtime, Style string
	Workers, N               int
	Profile                  string
}

// A result is one measurement: the warm pass and the cold one before it.
type result struct {
	Workload string `json:"workload"`
	Runtime  string `json:"runtime"`
	Style    string `json:"style"`
	Workers  int    `json:"workers"`
	N        int    `json:"n"`
	Round    int    `json:"round"`
	pass
	ColdNS  float64 `json:"cold_ns_per_op"`
	ColdCPU float64 `json:"cold_cpu_ns_per_op"`
}

// measure runs a child for v.
func measure(w workload, v variant, o *options, round int) (r result, err error) {
	self, err := os.Executable()
	if err != nil {
		return r, err
	}
	do := order{Workload: w.name, Runtime: v.runtime, Style: v.style, Workers: o.workers, N: max(int(float64(w.n)*o.scale), 1000)}
	if o.profile != "" {
		do.Profile = filepath.Join(o.profile, strings.Join([]string{w.name, v.runtime, v.style}, "-")+".pprof")
	}
	text, err := json.Marshal(do)
	if err != nil {
		return r, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(ctx, self)
	cmd.Env = append(os.Environ(), childVariable+"="+string(text))
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			err = fmt.Errorf("no end after %v", patience)
		}
		return r, fmt.Errorf("%w\n%s", err, errs.Bytes()[:min(errs.Len(), 4000)])
	}
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		return r, fmt.Errorf("what the child printed is no result: %w", err)
	}
	r.Round = round
	return r, nil
}

// child carries out the order in the environment.
func child(out io.Writer) error {
	var do order
	if err := json.Unmarshal([]byte(os.Getenv(childVariable)), &do); err != nil {
		return fmt.Errorf("%s: %w", childVariable, err)
	}
	runtime.GOMAXPROCS(do.Workers)
	for _, w := range workloads {
		for _, v := range w.variants {
			if w.name != do.Workload || v.runtime != do.Runtime || v.style != do.Style {
				continue
			}
			s := &session{workers: do.Workers, n: do.N, passes: 2}
			if w.once {
				s.passes = 1
			}
			if do.Profile != "" {
				file, err := os.Create(do.Profile)
				if err != nil {
					return err
				}
				if err := pprof.StartCPUProfile(file); err != nil {
					return err
				}
			}
			err := v.run(s)
			pprof.StopCPUProfile()
			if err != nil {
				return err
			}
			cold, warm := s.done[0], s.done[len(s.done)-1]
			return json.NewEncoder(out).Encode(result{
				Workload: do.Workload, Runtime: do.Runtime, Style: do.Style, Workers: do.Workers, N: do.N,
				pass: warm, ColdNS: cold.NS, ColdCPU: cold.CPU,
			})
		}
	}
	return fmt.Errorf("there is no %s/%s/%s", do.Workload, do.Runtime, do.Style)
}
