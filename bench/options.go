package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"
)

// options holds the values of the flags.
type options struct {
	rounds    int
	scale     float64
	workers   int
	only      *regexp.Regexp
	members   []string      // the names in -peers; edo and Go are always compared
	limit     time.Duration // start no measurement that would end after this; 0: no limit
	json      bool
	profile   string
	report    string   // the directory for the report
	from      []string // files to read results from, instead of measuring
	build     bool     // only build the peers
	onlyBuilt bool     // use only peers that are built already
	brief     bool     // leave out measurements that take long and show little

	// Sizes that do not follow from scale:
	spread, ahead         int           // of timers, in milliseconds
	warm, measure, settle time.Duration // of a load
}

// members are the names that -peers accepts. The last ones are programs in other languages.
var members = []string{inCompiled, "conc", "errgroup", "ants", "pond", "ro", "netpoll", "gnet", "epoll", "gorilla", "coder", "gobwas", "nbio", "suture", "tokio", "smol", "erlang"}

const programs = 3 // how many of members are programs

// parseFlags reads the flags. It reports a mistake in them on out.
func parseFlags(args []string, out io.Writer) (*options, error) {
	o := &options{
		only: regexp.MustCompile(""), members: members,
		spread: 1000, ahead: 6000,
		warm: 300 * time.Millisecond, measure: 900 * time.Millisecond, settle: 250 * time.Millisecond,
	}
	// Define and parse the flags.
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(out)
	flags.IntVar(&o.rounds, "rounds", 3, "how often to measure everything")
	flags.Float64Var(&o.scale, "n", 1, "scale the number of operations by this")
	flags.IntVar(&o.workers, "workers", runtime.GOMAXPROCS(0), "workers of edo and of the peers, and GOMAXPROCS")
	flags.Func("only", "measure what this regexp matches, in names such as spawn/edo/future", func(text string) (err error) {
		o.only, err = regexp.Compile(text)
		return err
	})
	flags.Func("peers", "compare also with these of "+strings.Join(members, ",")+"; or all, or none", func(text string) error {
		named, err := parseMembers(text)
		o.members = named
		return err
	})
	flags.DurationVar(&o.limit, "limit", 0, "begin nothing that would end after this")
	flags.BoolVar(&o.json, "json", false, "print one JSON object a line, one for each measurement")
	flags.StringVar(&o.profile, "profile", "", "write a processor profile of every measurement of edo and Go into this directory")
	flags.StringVar(&o.report, "report", "", "write benchmarks.md and benchmarks/*.svg into this directory")
	flags.Func("from", "measure nothing, and take what -json has saved in this file; may be given several times", func(text string) error {
		o.from = append(o.from, text)
		return nil
	})
	flags.BoolVar(&o.build, "build", false, "build the peers and end")
	quick := flags.Bool("quick", false, "end within two minutes: a tenth of the operations, and as many of 3 rounds as fit")
	smoke := flags.Bool("smoke", false, "see that everything runs, in seconds and without the peers in other languages; the numbers mean nothing")
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	// Apply -quick and -smoke. A flag that is given overrides the value that they imply.
	given := make(map[string]bool)
	flags.Visit(func(f *flag.Flag) { given[f.Name] = true })
	imply := func(name string, set func()) {
		if !given[name] {
			set()
		}
	}
	if *quick {
		imply("rounds", func() { o.rounds = 3 })
		imply("n", func() { o.scale = 0.1 })
		imply("limit", func() { o.limit = 95 * time.Second })
		o.onlyBuilt, o.brief = true, true
		o.spread, o.ahead = 250, 250
		o.warm, o.measure, o.settle = 30*time.Millisecond, 120*time.Millisecond, 30*time.Millisecond
	}
	if *smoke {
		imply("rounds", func() { o.rounds = 1 })
		imply("n", func() { o.scale = 0.001 })
		imply("peers", func() { o.members = members[:len(members)-programs] })
		o.spread, o.ahead = 20, 20
		o.warm, o.measure, o.settle = 2*time.Millisecond, 10*time.Millisecond, time.Millisecond
	}
	// Check the values.
	if o.rounds < 1 || o.workers < 1 || o.scale <= 0 || o.limit < 0 || flags.NArg() > 0 {
		fmt.Fprintln(out, "bench: -rounds, -workers and -n must be positive, and there are no arguments")
		return nil, flag.ErrHelp
	}
	if *quick && *smoke || o.build && len(o.from) > 0 {
		fmt.Fprintln(out, "bench: -quick and -smoke exclude each other, and so do -build and -from")
		return nil, flag.ErrHelp
	}
	return o, nil
}

func parseMembers(text string) ([]string, error) {
	switch text {
	case "all":
		return members, nil
	case "none":
		return nil, nil
	}
	named := strings.Split(text, ",")
	for _, name := range named {
		if !slices.Contains(members, name) {
			return nil, errors.New("there is no " + name)
		}
	}
	return named, nil
}

// operations returns the number of operations of w at this scale, and whether w is measured
// at all: a workload of fixed size is left out when it is too large for the scale.
func (o *options) operations(w workload) (n int, measured bool) {
	if w.idle {
		return o.connections(w), true
	}
	if w.fixed {
		return w.n, float64(max(w.n, w.conns*100)) <= max(o.scale*10*million, 10_000)
	}
	return max(int(float64(w.n)*o.scale), 1000), true
}

// connections returns how many connections w has at this scale: of those that are only idle there are
// fewer when it is small.
func (o *options) connections(w workload) int {
	if !w.idle {
		return w.conns
	}
	return max(int(float64(w.conns)*min(o.scale, 1)), 20)
}

// load returns for how long so many connections are loaded, cold and warm. All of them together must
// have several turns: a lap of 100,000 takes a second or two.
func (o *options) load(conns int) (warm, measure time.Duration) {
	if conns <= 10_000 {
		return o.warm, o.measure
	}
	return max(o.warm, time.Duration(conns)*20*time.Microsecond), max(o.measure, time.Duration(conns)*50*time.Microsecond)
}

// passes returns how often a process does w. A small workload is repeated so often that the
// clock can measure it.
func (o *options) passes(w workload, n int) int {
	if w.once {
		return 1
	}
	if w.fixed && n > 0 {
		return 1 + min(max(int(o.scale*million)/5/n, 1), 200)
	}
	return 2
}

// compares reports whether v is always compared, or named by -peers.
func (o *options) compares(v variant) bool {
	return v.member == "" || slices.Contains(o.members, v.member)
}

// leavesOut reports whether v is not measured in a round of w, for lack of time.
func (o *options) leavesOut(w workload, v variant, round int) bool {
	if !o.brief {
		return w.rare && round%3 > 0
	}
	switch {
	case v.currentThread() && v.style == inDirect:
		return true
	case w.conns >= 10_000 && !w.idle && !isEdoFuture(v) && !isGo(v) && v.runtime != "tokio-mt":
		return true
	}
	return w.section == inGrowth && round > 0
}

// timers returns the sleeps of w: ahead + 1 to ahead + spread milliseconds.
func (o *options) timers(w workload) (ahead, spread int) {
	if w.timers == timersAhead {
		return o.ahead, o.spread
	}
	return 0, o.spread
}
