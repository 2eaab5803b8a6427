package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// writeReport writes benchmarks.md into dir, and its charts into dir/benchmarks.
func writeReport(dir string, c *comparison) error {
	charts := filepath.Join(dir, "benchmarks")
	// A chart of a row that no longer exists must not stay.
	old, err := filepath.Glob(filepath.Join(charts, "*.svg"))
	if err != nil {
		return err
	}
	for _, name := range old {
		if err := os.Remove(name); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(charts, 0o755); err != nil {
		return err
	}
	d := &document{comparison: c, charts: charts}
	d.write()
	if d.err != nil {
		return d.err
	}
	return os.WriteFile(filepath.Join(dir, "benchmarks.md"), d.text.Bytes(), 0o644)
}

// A document is a report that is being written.
type document struct {
	*comparison
	charts string // the directory for the charts
	text   bytes.Buffer
	err    error // the first
}

// line writes a line.
func (d *document) line(format string, args ...any) {
	fmt.Fprintf(&d.text, format+"\n", args...)
}

// widest is how many columns a line of running text has at the most.
const widest = 118

// wrap writes running text in lines of at most widest columns. All but the first begin
// with indent.
func (d *document) wrap(indent, text string) {
	var line strings.Builder
	columns := 0
	for i, word := range strings.Fields(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case columns+1+n <= widest:
			line.WriteByte(' ')
			columns++
		default:
			d.line("%s", line.String())
			line.Reset()
			line.WriteString(indent)
			columns = len(indent)
		}
		line.WriteString(word)
		columns += n
	}
	d.line("%s", line.String())
}

// row writes a line of a table.
func (d *document) row(cells ...string) {
	d.line("| %s |", strings.Join(cells, " | "))
}

// head writes the first two lines of a table. A column with a title that begins with < is
// aligned left, all others right.
func (d *document) head(titles ...string) {
	lines := make([]string, len(titles))
	for i, title := range titles {
		lines[i] = "---:"
		if text, left := strings.CutPrefix(title, "<"); left {
			titles[i], lines[i] = text, "---"
		}
	}
	d.row(titles...)
	d.row(lines...)
}

func (d *document) write() {
	d.line("# Benchmarks")
	d.line("")
	d.line("edo beside plain goroutines, Go's pools, event loops and WebSocket libraries, and Tokio, smol and Erlang, doing the same")
	d.line("work on one machine. `go run ./bench -report docs` writes this page; [bench/README.md](../bench/README.md) says")
	d.line("what each row does, and how to read the numbers.")
	d.line("")
	for _, m := range d.machines {
		d.line("- **Machine:** %s.", m)
		if peers := m.peers(); peers != "" {
			d.wrap("  ", "- **Compared:** "+peers+".")
		}
	}
	d.line("- **Measured:** %s. Each is a process of its own; the runtimes take turns in each round.", d.size())
	d.line("")
	d.line("What counts is the ratio in one run. Numbers are medians of the rounds, with the lowest and the highest in brackets.")
	d.line("\"edo\" has %d workers, as Go and the peers do; \"edo-ct\" is its current-thread runtime. *future* is the light style,", d.machines[0].GOMAXPROCS)
	d.line("*direct* the straight-line one on coroutines, *compiled* the same source built by `edo build` (see [stackless.md](stackless.md)).")
	d.targets()
	d.losses()
	d.section("Tasks and messages", inTasks, "Nanoseconds per operation, warm: the second pass in a process. Cold is the first.")
	d.section("Memory and the collector", inMemory, "Resident bytes, of the whole process, per task that waits.")
	d.section("TCP echo", inEcho, "A request has 64 bytes. Client and server share the processors, and the client is the same for all: one thread, epoll. "+
		"At 1,000 connections the spread is wide: differences below 15 % mean nothing there.")
	d.section("WebSocket, TLS, and idle connections", inWeb, "The client is the same for all, in a process of its own: of WebSockets the one of TCP echo, with frames that are made beforehand; "+
		"with TLS one of crypto/tls. Memory is what the server occupies for a connection that is idle, after four collections.")
	d.section("Datagrams", inUDP, "A datagram has 64 bytes, and 64 are under way at a time. Client and server are in one process, and of one kind. "+
		"The batches of plain Go are those of golang.org/x/net/ipv4.")
	d.section("Timers", inTimers, "Memory is the peak of the process. Lateness is what a sleeper woke up after its time.")
	d.section("Supervisors", inSups, "The children of suture are goroutines, and those of Erlang's own supervisor are processes.")
	d.growth()
	d.section("One task or two for a connection", inDesign, "Client and server are in one process, and of one kind.")
}

// heading writes a heading.
func (d *document) heading(level int, text string) {
	d.line("")
	d.line("%s %s", strings.Repeat("#", level), text)
	d.line("")
}

func (d *document) targets() {
	// Count the verdicts.
	verdicts := judge(d.comparison)
	reached, aimed, missed, judged := 0, 0, 0, 0
	for _, v := range verdicts {
		if !v.measured {
			continue
		}
		judged++
		if v.must {
			reached++
		} else {
			missed++
		}
		if v.aim {
			aimed++
		}
	}
	// Write the summary, and a row for each target.
	d.heading(2, "The targets")
	d.line("Of %d targets **%d are reached and %d missed**; %d also reach the aim.", judged, reached, missed, aimed)
	if judged < len(verdicts) {
		d.line("Not measured: %d.", len(verdicts)-judged)
	}
	d.line("A bar is the ratio to Go, to the better flavour of Tokio, or to another that is named, which edo must have in one run (and")
	d.line("the one it aims at); where two are given, it must keep both. Bytes, allocations and lateness have bars of their own.")
	if d.isScaledDown() {
		d.line("")
		d.line("The bars were set with all operations; here some were left out, so that they tell less.")
	}
	d.line("")
	d.head("<row", "<style", "edo", "of Go (must, aim)", "of Tokio (must, aim)", "of another (must, aim)", "by itself (must, aim)", "<must", "<aim")
	for _, v := range verdicts {
		must, aim := "not measured", ""
		value := ""
		if v.measured {
			must, aim = "**missed**", "missed"
			if v.must {
				must = "reached"
			}
			if v.aim {
				aim = "reached"
			}
			value = v.figure.text(v.edo.value)
		}
		d.row(v.workload.name+", "+v.figure.short, v.style, value, v.ofGo.cell(), v.ofTokio.cell(), v.other(), v.absolute.cell(), must, aim)
	}
}

// other returns the cell of the bar that is neither Go nor Tokio.
func (v verdict) other() string {
	if v.ofOther == nil {
		return ""
	}
	return v.of + " " + v.ofOther.cell()
}

func (b *bar) cell() string {
	if b == nil {
		return ""
	}
	return fmt.Sprintf("%s (%s, %s)", short(b.got), short(b.must), short(b.aim))
}

// short prints a ratio with two decimals, and a larger value without.
func short(f float64) string {
	if f < 20 {
		return fmt.Sprintf("%.2f", f)
	}
	return fmt.Sprintf("%.0f", f)
}

func (d *document) losses() {
	d.heading(2, "Where edo is behind")
	d.line("Every row on which one of the others has a better median than edo's futures on all workers. Where the ranges of")
	d.line("the rounds overlap (~), it may be chance.")
	d.line("")
	others := func(v variant) bool { return !isEdo(v) }
	d.lossTable(losses(d.comparison, isEdoFuture, others, false))
	d.heading(3, "In processor time")
	d.lossTable(losses(d.comparison, isEdoFuture, others, true))
	d.heading(3, "Direct style behind goroutines")
	d.lossTable(losses(d.comparison, isEdoDirect, isGo, false))
}

func (d *document) lossTable(all []loss) {
	if len(all) == 0 {
		d.line("None.")
		return
	}
	d.head("<row", "edo", "<ahead of it (of edo's)")
	for _, one := range all {
		ahead := make([]string, len(one.ahead))
		for i, r := range one.ahead {
			ahead[i] = fmt.Sprintf("%s %s (%.2f", label(r.variant), one.figure.text(r.value), r.value/one.edo.value)
			if r.overlaps {
				ahead[i] += " ~"
			}
			ahead[i] += ")"
		}
		d.row(one.workload.name+", "+one.figure.short, one.figure.text(one.edo.value), strings.Join(ahead, "; "))
	}
}

// section writes an overview of some workloads, and then each with its chart.
func (d *document) section(title, name, note string) {
	var rows []workload
	for _, w := range workloads {
		if w.section == name && d.has(w) {
			rows = append(rows, w)
		}
	}
	if len(rows) == 0 {
		return
	}
	d.heading(2, title)
	d.wrap("", note)
	d.line("")
	d.overview(rows)
	for _, w := range rows {
		d.heading(3, w.name)
		d.line("%s.", strings.ToUpper(w.op[:1])+w.op[1:])
		d.line("")
		for _, f := range figuresOf(w) {
			if !f.informational && (!f.processor || w.conns+int(w.timers) > 0) {
				d.bars(w, f)
			}
		}
		d.details(w)
	}
}

func (d *document) has(w workload) bool {
	for _, v := range w.variants {
		if len(d.of(w, v)) > 0 {
			return true
		}
	}
	return false
}

// columns are the columns of an overview.
var columns = []struct {
	title string
	pick  func(variant) bool
}{
	{"edo", isEdoFuture},
	{"edo direct", isEdoDirect},
	{"edo compiled", isEdoCompiled},
	{"edo-ct", func(v variant) bool { return v.runtime == "edo-ct" && v.style == inFutures }},
	{"Go", isGo},
	{"Go's libraries, the best", func(v variant) bool { return !isEdo(v) && v.program == "" && v.member != "" }},
	{"Tokio mt", func(v variant) bool { return v.runtime == "tokio-mt" }},
	{"Tokio ct", func(v variant) bool { return v.runtime == "tokio-ct" }},
	{"smol", func(v variant) bool { return v.runtime == "smol" }},
	{"Erlang", func(v variant) bool { return v.runtime == "erlang" }},
}

// overview writes a table of medians. The best of a row is bold.
func (d *document) overview(rows []workload) {
	titles := []string{"<row"}
	for _, column := range columns {
		titles = append(titles, column.title)
	}
	d.head(titles...)
	for _, w := range rows {
		for _, f := range figuresOf(w) {
			if f.informational || f.processor && w.conns+int(w.timers) == 0 {
				continue
			}
			best, found := d.best(w, f, func(variant) bool { return true })
			if !found {
				continue
			}
			cells := []string{w.name + ", " + f.short}
			for _, column := range columns {
				m, ok := d.best(w, f, column.pick)
				switch {
				case !ok:
					cells = append(cells, "")
				case m.value == best.value:
					cells = append(cells, "**"+f.text(m.value)+"**")
				default:
					cells = append(cells, f.text(m.value))
				}
			}
			d.row(cells...)
		}
	}
}

// details writes a table of all measurements of w.
func (d *document) details(w workload) {
	figures := figuresOf(w)
	d.line("<details><summary>%s: all numbers</summary>", w.name)
	d.line("")
	titles := []string{"<runtime", "<style"}
	for _, f := range figures {
		titles = append(titles, f.short+", "+f.unit)
	}
	cold := !w.once && w.name != "allocs"
	if cold {
		titles = append(titles, "cold, ns")
	}
	d.head(append(titles, "rounds")...)
	for _, v := range w.variants {
		rs := d.of(w, v)
		if len(rs) == 0 {
			continue
		}
		cells := []string{v.runtime, v.style}
		for _, f := range figures {
			if m, ok := d.medianOf(w, v, f); ok {
				cells = append(cells, fmt.Sprintf("%s (%s, %s)", number(m.value), number(m.low), number(m.high)))
			} else {
				cells = append(cells, "")
			}
		}
		if cold {
			value, low, high := spread(rs, func(r result) float64 { return r.ColdNS })
			cells = append(cells, fmt.Sprintf("%s (%s, %s)", number(value), number(low), number(high)))
		}
		d.row(append(cells, fmt.Sprint(len(rs)))...)
	}
	d.line("")
	d.line("</details>")
}

// label names a variant in a chart or a list.
func label(v variant) string { return v.runtime + " " + v.style }
