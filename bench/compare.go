package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/edo-go/edo/bench/internal/load"
)

// compare measures or reads the results, and prints them. It reports whether all steps
// succeeded.
func compare(ctx context.Context, o *options) bool {
	if len(o.from) > 0 {
		c, err := readAll(o.from)
		if err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			return false
		}
		return show(o, c)
	}
	programs := preparePeers(ctx, o, os.Stderr)
	defer programs.close()
	if o.build {
		return programs.failed == nil
	}
	c := &comparison{machines: []machine{thisMachine(o.workers, programs)}}
	lines := json.NewEncoder(os.Stdout)
	if o.json {
		lines.Encode(map[string]machine{"machine": c.machines[0]})
	}
	ok := measureAll(ctx, o, programs, func(r result) {
		if o.json {
			lines.Encode(r)
		}
		c.add(r)
	})
	return show(o, c) && ok
}

// measureAll makes the rounds. Each round measures every variant once; the limit may
// end the last round early. measureAll passes each result to each, and reports whether all
// measurements succeeded.
func measureAll(ctx context.Context, o *options, programs *peerPrograms, each func(result)) bool {
	raiseLimit()
	return measureWithin(ctx, o, programs, theRoom(), os.Stderr, each)
}

// measureWithin is measureAll on a machine with that room for connections. It prints what is left
// out, and what fails, on out.
func measureWithin(ctx context.Context, o *options, programs *peerPrograms, has room, out io.Writer, each func(result)) bool {
	if !load.Supported {
		fmt.Fprintln(out, "bench: TCP echo is left out: its client needs Linux")
	}
	began, ok := time.Now(), true
	took, missing := make(map[string]time.Duration), 0
	for round := range o.rounds {
		for _, w := range workloads {
			n, measured := o.operations(w)
			if !measured || w.conns > 0 && !load.Supported {
				continue
			}
			if lack := has.lacks(o.connections(w)); lack != "" {
				if round == 0 && o.only.MatchString(w.name+"/") {
					fmt.Fprintf(out, "bench: %s is left out: %s\n", w.name, lack)
				}
				continue
			}
			for _, v := range w.variants {
				// Skip a variant that is not selected, or cannot run here.
				name := v.name(w)
				if !o.only.MatchString(name) || !o.compares(v) || !programs.canRun(v) || o.leavesOut(w, v, round) {
					continue
				}
				// Skip a variant that would end after the limit.
				if o.limit > 0 && time.Since(began)+max(took[name], time.Second) > o.limit {
					if took[name] == 0 {
						missing++
					}
					continue
				}
				// Measure it, and complete the result.
				start := time.Now()
				r, err := measureOnce(ctx, w, v, n, o, programs)
				if ctx.Err() != nil {
					return false
				}
				took[name] = time.Since(start)
				if err != nil {
					fmt.Fprintf(out, "bench: %s: %v\n", name, err)
					ok = false
					continue
				}
				r.Workload, r.Runtime, r.Style = w.name, v.runtime, v.style
				r.Workers, r.Round, r.Scale = o.workers, round, o.scale
				r.Took = took[name].Seconds()
				each(r)
			}
		}
		if missing > 0 {
			fmt.Fprintf(out, "bench: %d measurements did not fit into %v\n", missing, o.limit)
			break
		}
	}
	return ok
}

// show prints the table, unless -json has printed the results, and writes the report.
func show(o *options, c *comparison) bool {
	if !o.json {
		for _, m := range c.machines {
			fmt.Println(m)
		}
		fmt.Println(c.size())
		fmt.Println()
		report(os.Stdout, c)
	}
	if o.report != "" {
		if err := writeReport(o.report, c); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			return false
		}
	}
	return true
}
