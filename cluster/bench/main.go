package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"regexp"
)

// childVariable is set in a process that makes one measurement, or is the broker.
const childVariable = "EDO_CLUSTER_BENCH"

// options are the flags.
type options struct {
	rounds int
	scale  float64
	only   *regexp.Regexp
	json   bool
}

func main() {
	if what := os.Getenv(childVariable); what != "" {
		if err := runChild(what, os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
		return
	}
	o, err := parse(os.Args[1:], os.Stderr)
	if err != nil {
		os.Exit(2) // the flag package has said why
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := measureAll(ctx, o, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// parse reads the flags.
func parse(args []string, errs io.Writer) (*options, error) {
	o := &options{}
	set := flag.NewFlagSet("bench", flag.ContinueOnError)
	set.SetOutput(errs)
	set.IntVar(&o.rounds, "rounds", 3, "how often to measure everything")
	set.Float64Var(&o.scale, "n", 1, "scale the number of operations")
	set.BoolVar(&o.json, "json", false, "print each measurement as a line of JSON, and no table")
	only := set.String("only", "", "only the rows that match, by names such as publish_1/in/edo/direct")
	quick := set.Bool("quick", false, "a fifth of the operations")
	smoke := set.Bool("smoke", false, "one round with few operations, to see that it runs")
	if err := set.Parse(args); err != nil {
		return nil, err
	}
	if *quick {
		o.scale /= 5
	}
	if *smoke {
		o.rounds, o.scale = 1, 0.002
	}
	var err error
	if o.only, err = regexp.Compile(*only); err != nil {
		fmt.Fprintln(errs, "-only:", err)
	}
	if err == nil && (o.rounds < 1 || o.scale <= 0 || set.NArg() > 0) {
		err = errors.New("-rounds must be at least 1, -n above 0, and there are no arguments but flags")
		fmt.Fprintln(errs, err)
	}
	return o, err
}

// result is one measurement.
type result struct {
	Workload string  `json:"workload"`
	Place    string  `json:"place"`
	Runtime  string  `json:"runtime"`
	Style    string  `json:"style"`
	N        int     `json:"n"`
	NS       float64 `json:"ns"`      // for an operation
	ColdNS   float64 `json:"cold_ns"` // in the first pass
	CPU      float64 `json:"cpu"`     // nanoseconds of the process for an operation
}

// name is that of the row.
func (r result) name() string { return r.Workload + "/" + r.Place + "/" + r.Runtime + "/" + r.Style }

// measureAll measures all rows that are wanted, round by round, and prints the table.
func measureAll(ctx context.Context, o *options, out io.Writer) error {
	var results []result
	hasRedis := hasRedis()
	isSkipped := func(row result) bool {
		v, _ := find(row)
		return v.broker == ofRedis && !hasRedis
	}
	for round := range o.rounds {
		for _, row := range rows() {
			if !o.only.MatchString(row.name()) {
				continue
			}
			if isSkipped(row) {
				if round == 0 {
					fmt.Fprintf(os.Stderr, "\r\x1b[K%s is skipped: there is no %s\n", row.name(), redisServer)
				}
				continue
			}
			row.N = max(20, int(float64(row.N)*o.scale))
			fmt.Fprintf(os.Stderr, "\r\x1b[Kround %d of %d: %s", round+1, o.rounds, row.name())
			r, err := measure(ctx, row)
			if err != nil {
				return fmt.Errorf("%s: %w", row.name(), err)
			}
			if o.json {
				line, err := json.Marshal(r)
				if err != nil {
					return err
				}
				fmt.Fprintf(out, "%s\n", line)
			}
			results = append(results, r)
		}
	}
	fmt.Fprint(os.Stderr, "\r\x1b[K")
	if len(results) == 0 {
		return errors.New("no row matches")
	}
	if !o.json {
		report(out, results)
	}
	return nil
}

// measure makes a measurement in a process of its own.
func measure(ctx context.Context, row result) (r result, err error) {
	self, err := os.Executable()
	if err != nil {
		return r, err
	}
	what, err := json.Marshal(row)
	if err != nil {
		return r, err
	}
	cmd := exec.CommandContext(ctx, self)
	cmd.Env = append(os.Environ(), childVariable+"="+string(what))
	cmd.Stderr = os.Stderr
	line, err := cmd.Output()
	if err != nil {
		return r, err
	}
	return r, json.Unmarshal(line, &r)
}
