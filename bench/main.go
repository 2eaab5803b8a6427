package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"runtime"
	"time"
)

// options is what the flags say.
type options struct {
	rounds  int
	scale   float64
	workers int
	only    *regexp.Regexp
	limit   time.Duration // begin no round after this; 0: no limit
	json    bool
	profile string
}

func main() {
	if os.Getenv(childVariable) != "" {
		if err := child(os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
		return
	}
	o, err := parse(os.Args[1:], os.Stderr)
	if err != nil {
		os.Exit(2) // the flag package has said why
	}
	if !compare(o) {
		os.Exit(1)
	}
}

// parse reads the flags. What is wrong with them it says on out.
func parse(args []string, out io.Writer) (*options, error) {
	o := &options{only: regexp.MustCompile("")}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(out)
	flags.IntVar(&o.rounds, "rounds", 5, "how often to measure everything")
	flags.Float64Var(&o.scale, "n", 1, "scale the number of operations by this")
	flags.IntVar(&o.workers, "workers", runtime.GOMAXPROCS(0), "workers of edo, and GOMAXPROCS")
	flags.Func("only", "measure what this regexp matches, in names such as spawn/edo/future", func(text string) (err error) {
		o.only, err = regexp.Compile(text)
		return err
	})
	flags.BoolVar(&o.json, "json", false, "print one JSON object a line, one for each measurement")
	flags.StringVar(&o.profile, "profile", "", "write a processor profile of every measurement into this directory")
	quick := flags.Bool("quick", false, "end within two minutes: 3 rounds at a fifth of the operations")
	smoke := flags.Bool("smoke", false, "see that everything runs, in seconds; the numbers mean nothing")
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	if *quick {
		o.rounds, o.scale, o.limit = 3, 0.2, 100*time.Second
	}
	if *smoke {
		o.rounds, o.scale = 1, 0.001
	}
	if o.rounds < 1 || o.workers < 1 || o.scale <= 0 || flags.NArg() > 0 {
		fmt.Fprintln(out, "bench: -rounds, -workers and -n must be positive, and there are no arguments")
		return nil, flag.ErrHelp
	}
	return o, nil
}

// compare measures what o asks for and prints it. It says whether all went well.
func compare(o *options) bool {
	began, ok := time.Now(), true
	here := thisMachine(o.workers)
	lines := json.NewEncoder(os.Stdout)
	if o.json {
		lines.Encode(map[string]machine{"machine": here})
	} else {
		fmt.Println(here)
	}
	results := make(map[string][]result)
	rounds := 0
	for ; rounds < o.rounds; rounds++ {
		// A round more must fit below the limit, by what the ones so far took.
		if took := time.Since(began); o.limit > 0 && rounds > 0 && took+took/time.Duration(rounds) > o.limit {
			break
		}
		for _, w := range workloads {
			for _, v := range w.variants {
				name := w.name + "/" + v.runtime + "/" + v.style
				if !o.only.MatchString(name) {
					continue
				}
				r, err := measure(w, v, o, rounds)
				if err != nil {
					fmt.Fprintf(os.Stderr, "bench: %s: %v\n", name, err)
					ok = false
					continue
				}
				if o.json {
					lines.Encode(r)
				}
				results[name] = append(results[name], r)
			}
		}
	}
	if !o.json {
		fmt.Printf("rounds: %d, operations: × %g, time: %v\n\n", rounds, o.scale, time.Since(began).Round(time.Second))
		report(os.Stdout, results)
	}
	return ok
}
