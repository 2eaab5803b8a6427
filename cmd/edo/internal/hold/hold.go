package hold

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cmd/edo/internal/command"
	"github.com/edo-go/edo/cmd/edo/internal/figures"
	"github.com/edo-go/edo/scope"
	"github.com/edo-go/edo/timer"
)

const (
	refresh = 200 * time.Millisecond // of the line that shows the progress
	sampled = 1000                   // connections that carry the pings
)

// Settings are what the user wants.
type Settings struct {
	Connections int
	Processes   int           // on each side; 0: as few as can have the descriptors
	Workers     int           // of each process; 0: by the processors
	For         time.Duration // to hold them: one half idle, and one half with pings
	Listen      string        // a loopback address
}

// Run holds the connections, and prints what they cost. It returns the exit status: when
// fewer connections can be had than are wanted it says so, holds these, and fails.
func Run(s Settings, out, errs io.Writer) int {
	at, err := parseListen(s.Listen)
	if err != nil {
		fmt.Fprintf(errs, "edo demo: %v\n", err)
		return command.Misuse
	}
	return newHolder(s, at, out, errs).run(limitsOf(at.Addr()))
}

// holder is one run. What it has measured is nil until it has.
type holder struct {
	settings  Settings
	limits    *limits
	plan      plan
	listen    netip.AddrPort
	out, errs io.Writer
	progress  progress

	servers, clients []*process

	kernel    int64 // bytes, before the connections
	opened    *trips
	opening   time.Duration
	overflows int64  // clients that have met a full queue while the connections opened
	before    usages // without connections
	open      usages // when all are open
	collected usages // after the garbage was collected
	idle      usages // after some time without traffic
	idleFor   time.Duration
	kernelNow int64
	pinged    *trips
	pingedFor time.Duration
	checked   *trips // one round trip on each connection
}

func newHolder(s Settings, listen netip.AddrPort, out, errs io.Writer) *holder {
	// The processes write to a file by themselves, also when this one has ended.
	if _, file := errs.(*os.File); !file {
		errs = &synced{w: errs}
	}
	return &holder{settings: s, listen: listen, out: out, errs: errs}
}

// run makes the plan and carries it out.
func (h *holder) run(l *limits) int {
	var found []obstacle
	h.plan, found = makePlan(h.settings.Connections, h.settings.Processes, l)
	if len(found) > 0 {
		h.complain(explain(h.settings.Connections, found))
	}
	if h.plan.connections == 0 {
		return command.Failed
	}
	if h.settings.Workers > 0 {
		h.plan.workers = h.settings.Workers
	}
	h.progress = progress{out: h.out, terminal: figures.IsTerminal(h.out), total: h.plan.connections}
	h.limits = l
	err := edo.Run(h.main, edo.WithConfig(edo.Config{OnError: func(err error) { h.complain(err) }}), edo.WithSignals())
	h.progress.clear()
	status := h.table()
	if err != nil {
		h.complain(reason(err))
		status = command.Failed
	}
	return status
}

func (h *holder) complain(what any) { fmt.Fprintf(h.errs, "edo demo: %v\n", what) }

// announce says what will be done.
func (h *holder) announce() {
	fmt.Fprintf(h.out, "%s connections to %v: %s, %s of %s, and %s",
		figures.Thousands(int64(h.plan.connections)), h.listen.Addr(),
		plural(h.plan.servers, "server process", "es"), plural(h.plan.clients, "client process", "es"),
		plural(h.plan.workers, "worker", "s"), plural(h.plan.addresses, "client address", "es"))
	if h.limits.descriptors > 0 {
		fmt.Fprintf(h.out, "; %s descriptors each", count(h.limits.descriptors))
	}
	fmt.Fprintln(h.out, "; Ctrl-C ends it early")
	for _, note := range h.plan.notes(h.limits) {
		fmt.Fprintln(h.out, note)
	}
}

// main starts the processes, and ends them, whatever happens.
func (h *holder) main(task *edo.Task) error {
	h.announce()
	return scope.Run(task, func(s *scope.Scope) error {
		defer h.end()
		h.kernel = kernelMemory()
		if err := h.startServers(task, s); err != nil {
			return err
		}
		if err := h.openAll(task, s); err != nil {
			return err
		}
		if err := h.rest(task); err != nil {
			return err
		}
		return h.play(task)
	})
}

// end ends all processes: the servers first.
func (h *holder) end() {
	for _, p := range h.servers {
		p.end()
	}
	for _, p := range h.clients {
		p.end()
	}
}

// startServers starts the servers, on one port: the first one chooses it.
func (h *holder) startServers(task *edo.Task, s *scope.Scope) error {
	for i := range h.plan.servers {
		first := order{Serve: &serve{h.listen, h.plan.servers > 1, h.plan.workers}}
		p, err := startProcess(s, fmt.Sprintf("server %d of %d", i+1, h.plan.servers), first, h.errs)
		if err != nil {
			return err
		}
		h.servers = append(h.servers, p)
		r, err := p.reports.Recv(task)
		if err != nil {
			return err
		}
		h.listen = *r.Listening
		h.before.servers = append(h.before.servers, r.Usage)
	}
	return nil
}

// openAll starts the clients, and waits until all connections are open.
func (h *holder) openAll(task *edo.Task, s *scope.Scope) error {
	began, before := time.Now(), overflows()
	for i := range h.plan.clients {
		first, count := h.plan.share(i)
		o := &open{Server: h.listen, First: first, Count: count, AtOnce: h.plan.atOnce, Workers: h.plan.workers}
		if h.listen.Addr().Is4() {
			o.Addresses = h.plan.addresses
		}
		p, err := startProcess(s, fmt.Sprintf("client %d of %d", i+1, h.plan.clients), order{Open: o}, h.errs)
		if err != nil {
			return err
		}
		h.clients = append(h.clients, p)
	}
	display := edo.Go(s, func(task *edo.Task) error {
		for {
			h.progress.show(h.openNow(), time.Since(began))
			if err := timer.Sleep(task, refresh); err != nil {
				return err
			}
		}
	}, edo.Name("progress"))
	var reports []report
	for _, p := range h.clients {
		r, err := p.reports.Recv(task)
		if err != nil {
			return err
		}
		reports = append(reports, r)
		h.before.clients = append(h.before.clients, r.Usage)
	}
	h.opening, h.overflows = time.Since(began), overflows()-before
	h.opened = merged(reports, func(r report) *trips { return r.Opened })
	display.Abort()
	if _, err := display.Await(task); !errors.Is(err, edo.ErrCancelled) {
		return err
	}
	h.progress.show(h.plan.connections, h.opening)
	return nil
}

// openNow returns how many connections are open, by the last reports.
func (h *holder) openNow() (n int) {
	for _, p := range h.clients {
		n += int(p.open.Load())
	}
	return n
}

// rest measures what the connections cost without traffic.
func (h *holder) rest(task *edo.Task) (err error) {
	if h.open, err = h.usages(task, measure{}); err != nil {
		return err
	}
	h.progress.say("the connections are idle, for " + (h.settings.For / 2).String())
	if h.collected, err = h.usages(task, measure{Collect: true}); err != nil {
		return err
	}
	h.kernelNow = kernelMemory()
	start := time.Now()
	if err := timer.Sleep(task, h.settings.For/2); err != nil {
		return err
	}
	h.idleFor = time.Since(start)
	h.idle, err = h.usages(task, measure{})
	return err
}

// play makes round trips: on a sample for some time, and then one on every connection.
func (h *holder) play(task *edo.Task) error {
	of := func(r report) *trips { return r.Pinged }
	h.pingedFor = h.settings.For / 2
	h.progress.say("pings on a sample of the connections, for " + h.pingedFor.String())
	sample := max(sampled/h.plan.clients, 1)
	reports, err := askAll(task, h.clients, order{Ping: &pings{Sample: sample, For: h.pingedFor}})
	if err != nil {
		return err
	}
	h.pinged = merged(reports, of)
	h.progress.say("a ping on every connection")
	if reports, err = askAll(task, h.clients, order{Ping: &pings{}}); err != nil {
		return err
	}
	h.checked = merged(reports, of)
	return nil
}

func plural(n int, what, ending string) string {
	if n == 1 {
		ending = ""
	}
	return fmt.Sprintf("%d %s%s", n, what, ending)
}
