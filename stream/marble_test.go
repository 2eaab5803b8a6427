package stream_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/internal/sched"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/timer"
)

// A marble picture is a line of text. Each column is 10 ms, and each character an event at that
// time: a letter or a digit is an item, # an error, ! a panic, | the end. What is in parentheses
// happens at the time of the opening one. An item of a result may have several characters: a chunk is
// in brackets, a pair is two.
//
//	1--2-(34)--#-|

const column = 10 * time.Millisecond

var errMarble = errors.New("marble")

// A marble is a picture of an operation: what it makes of its sources.
type marble struct {
	name  string // of the function
	names []string
	ins   []string
	out   string
	op    func(in []stream.Stream[string]) stream.Stream[string]
	sinks []sinkLine // of an operation of sinks, see sinkmarble_test.go; it has no op
	sink  func(to []edo.Sink[string]) edo.Sink[string]
}

// marbles are the pictures of the documentation.
var marbles = slices.Concat(operatorMarbles, windowMarbles, sinkMarbles)

// picture returns the lines of m as they are in the documentation.
func (m marble) picture() (lines []string) {
	width := len(m.name)
	for _, name := range m.names {
		width = max(width, len(name))
	}
	for i, in := range m.ins {
		lines = append(lines, fmt.Sprintf("%-*s  %s", width, m.names[i], in))
	}
	lines = append(lines, fmt.Sprintf("%-*s  %s", width, m.name, m.out))
	for _, l := range m.sinks {
		lines = append(lines, fmt.Sprintf("%-*s  %s", width, l.name, l.out))
	}
	return lines
}

// played is a stream that plays a picture, from the instant start on.
type played struct {
	start int64
	at    []int64
	items []byte
	sleep timer.Sleeper
}

// play returns a stream of the picture. It takes its start from the first poll of any of the
// streams with the same start.
func play(picture string, start int64) *played {
	p := &played{start: start}
	group := -1
	for i, c := range []byte(picture) {
		at := i
		if group >= 0 {
			at = group
		}
		switch c {
		case '-', ' ':
		case '(':
			group = i
		case ')':
			group = -1
		default:
			p.at = append(p.at, int64(at)*int64(column))
			p.items = append(p.items, c)
		}
	}
	return p
}

func (p *played) PollNext(cx *edo.Context) (string, edo.Poll, error) {
	if len(p.items) == 0 {
		return "", edo.Pending, nil // a picture without an end
	}
	if left := p.start + p.at[0] - (*sched.Context)(cx).Now(); left > 0 {
		p.sleep.Reset(time.Duration(left))
		if _, poll, err := p.sleep.Poll(cx); poll == edo.Pending || err != nil {
			return "", poll, err
		}
	} else if !cx.Proceed(&p.sleep) {
		return "", edo.Pending, nil
	}
	c := p.items[0]
	p.items, p.at = p.items[1:], p.at[1:]
	switch c {
	case '|':
		return "", edo.End, nil
	case '#':
		return "", edo.Ready, errMarble
	case '!':
		panic(errMarble)
	}
	return string(c), edo.Ready, nil
}

func (p *played) Drop() { p.sleep.Drop() }

// drawn draws a picture of events.
type drawn struct {
	columns []int
	tokens  []string
}

func (d *drawn) add(at time.Duration, token string) {
	d.columns = append(d.columns, int(at/column))
	d.tokens = append(d.tokens, token)
}

func (d *drawn) String() string {
	var b strings.Builder
	for i := 0; i < len(d.tokens); {
		n := 1
		for i+n < len(d.tokens) && d.columns[i+n] == d.columns[i] {
			n++
		}
		if b.Len() > d.columns[i] {
			return fmt.Sprintf("%s overlaps with %v at %d", b.String(), d.tokens[i:], d.columns[i])
		}
		b.WriteString(strings.Repeat("-", d.columns[i]-b.Len()))
		text := strings.Join(d.tokens[i:i+n], "")
		if n > 1 {
			text = "(" + text + ")"
		}
		b.WriteString(text)
		i += n
	}
	return b.String()
}

// run plays m under a seed, and returns the picture of its result.
func (m marble) run(seed uint64) (out string, err error) {
	var d drawn
	err = sim.Run(seed, func(task *edo.Task) error {
		began := timer.Now(task)
		var start int64
		edo.Await(task, instant{&start})
		var ins []stream.Stream[string]
		for _, in := range m.ins {
			ins = append(ins, play(in, start))
		}
		if m.sink != nil {
			outs, err := m.forward(task, ins[0], start)
			out = strings.Join(outs, "\n")
			return err
		}
		for v, err := range stream.All(task, m.op(ins)) {
			if err != nil {
				v = "#"
			}
			d.add(timer.Now(task).Sub(began), v)
		}
		if err := task.Err(); err != nil {
			return err
		}
		d.add(timer.Now(task).Sub(began), "|")
		return nil
	})
	if m.sink != nil {
		return out, err
	}
	return d.String(), err
}

// outs returns what m draws.
func (m marble) outs() string {
	all := m.out
	for _, l := range m.sinks {
		all += "\n" + l.out
	}
	return all
}

// instant is a future that stores the time.
type instant struct{ at *int64 }

func (f instant) Poll(cx *edo.Context) (edo.Unit, edo.Poll, error) {
	*f.at = (*sched.Context)(cx).Now()
	return edo.Unit{}, edo.Ready, nil
}

func TestMarblePicturesAreWhatTheOperationsDo(t *testing.T) {
	for _, m := range marbles {
		t.Run(m.name, func(t *testing.T) {
			for seed := range uint64(20) {
				if got, err := m.run(seed); err != nil || got != m.outs() {
					t.Fatalf("seed %d: got %q, %v; want %q", seed, got, err, m.outs())
				}
			}
		})
	}
}

var draw = flag.Bool("draw", false, "write the pictures into the doc comments and docs/streams.md")

// picturesIn returns the texts in which a picture of m must be.
func TestMarblePicturesAreInTheDocumentation(t *testing.T) {
	found := make(map[string]bool)
	for _, file := range sourcesOf(t, directories...) {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text := string(data)
		for _, m := range marbles {
			picture := "//\t" + strings.Join(m.picture(), "\n//\t") + "\n"
			if *draw {
				text = redraw(text, m, picture)
			}
			doc := docOf(text, m.name)
			if doc == "" {
				continue
			}
			found[m.name] = found[m.name] || strings.Contains(doc, picture)
		}
		if *draw && text != string(data) {
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, m := range marbles {
		if !found[m.name] {
			t.Errorf("the documentation of %s has no such picture:\n%s", m.name, strings.Join(m.picture(), "\n"))
		}
	}
}

// directories are those of the packages in docs/streams.md.
var directories = []string{".", "window", "sink"}

// sourcesOf returns the files in directories that are not tests.
func sourcesOf(t *testing.T, dirs ...string) (files []string) {
	t.Helper()
	for _, dir := range dirs {
		all, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil || len(all) == 0 {
			t.Fatalf("no files in %s: %v", dir, err)
		}
		for _, name := range all {
			if !strings.HasSuffix(name, "_test.go") {
				files = append(files, name)
			}
		}
	}
	return files
}

// redraw puts picture into the place of the mark, or of the picture before.
func redraw(text string, m marble, picture string) string {
	text = strings.Replace(text, "//\t@marble "+m.name+"\n", picture, 1)
	doc := docOf(text, m.name)
	lines := strings.SplitAfter(doc, "\n")
	last := slices.IndexFunc(lines, func(line string) bool { return strings.HasPrefix(line, "//\t"+m.name+"  ") })
	first := last - len(m.ins)
	end := last + 1 + len(m.sinks)
	if last < 0 || first < 0 || end > len(lines) || !strings.HasPrefix(lines[first], "//\t") {
		return text
	}
	drawn := slices.Concat(lines[:first], []string{picture}, lines[end:])
	return strings.Replace(text, doc, strings.Join(drawn, ""), 1)
}

// docOf returns the comment above the function or method name in text, or "".
func docOf(text, name string) string {
	at := strings.Index(text, "\nfunc "+name+"[")
	if at < 0 {
		at = strings.Index(text, "\nfunc "+name+"(")
	}
	if at < 0 {
		if at = strings.Index(text, "\nfunc (s Seq[T]) "+name+"("); at < 0 {
			return ""
		}
	}
	head := text[:at+1]
	begin := len(head)
	for {
		line := strings.LastIndexByte(head[:begin-1], '\n') + 1
		if line >= begin || !strings.HasPrefix(head[line:begin], "//") {
			return head[begin:]
		}
		begin = line
	}
}
