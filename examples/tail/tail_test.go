package main

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/examples/internal/trial"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/timer"
)

func TestMain(m *testing.M) { trial.Main(m, main) }

// growing is a file that grows in virtual time.
type growing struct {
	now   func() time.Duration
	parts []part
}

type part struct {
	at   time.Duration
	text string
	err  error
}

func (g *growing) Read(p []byte) (int, error) {
	if len(g.parts) == 0 || g.parts[0].at > g.now() {
		return 0, io.EOF
	}
	first := &g.parts[0]
	n := copy(p, first.text)
	first.text = first.text[n:]
	err := first.err
	if first.text == "" {
		g.parts = g.parts[1:]
	}
	return n, err
}

// growingFile returns the lines of a file that has so many parts.
func growingFile(task *edo.Task, parts ...part) stream.Stream[string] {
	began := timer.Now(task)
	return follow(&growing{func() time.Duration { return timer.Now(task).Sub(began) }, parts}, 100*time.Millisecond)
}

const second = time.Second

func TestTailShowsTheTopOfEachSecondOfFilesThatGrow(t *testing.T) {
	var perSecond []int
	out, err := trial.Simulate(1, func(task *edo.Task, out io.Writer) error {
		h := edo.GoValue(task, func(task *edo.Task) (_ []int, err error) {
			files := []stream.Stream[string]{
				growingFile(task, part{at: 0, text: "GET /a\nGET /b\nPO"}, part{at: second / 2, text: "ST /a\r\n"}, part{at: 3 * second, text: "GET /c\n"}),
				growingFile(task, part{at: second / 4, text: "GET /a\nshort\n"}),
			}
			perSecond, err = tail(task, options{field: 2, top: 2, per: second}, files, out)
			return perSecond, err
		})
		if err := timer.Sleep(task, 5*second+second/2); err != nil {
			return err
		}
		h.Abort()
		h.Await(task)
		return nil
	})
	lines := strings.Split(out, "\n")
	want := []string{"4 lines", "3  /a", "1  /b", "1 lines", "1  /c", ""}
	if err != nil || len(lines) != len(want) {
		t.Fatalf("got %q, %v", out, err)
	}
	for i, w := range want {
		if !strings.HasSuffix(lines[i], w) {
			t.Errorf("line %d is %q, want …%s", i, lines[i], w)
		}
	}
	if !slices.Equal(perSecond, []int{4, 0, 0, 1}) {
		t.Errorf("lines per second: %v", perSecond)
	}
}

func TestARateLimitHoldsBackTheFileAndLosesNothing(t *testing.T) {
	var perSecond []int
	_, err := trial.Simulate(1, func(task *edo.Task, out io.Writer) (err error) {
		file := follow(strings.NewReader(strings.Repeat("x\n", 25)), 0)
		perSecond, err = tail(task, options{top: 1, per: second, rate: 10}, []stream.Stream[string]{file}, out)
		return err
	})
	total := 0
	for _, n := range perSecond {
		total += n
		if n > 20 { // a burst of ten, and ten more
			t.Errorf("%d lines in a second", n)
		}
	}
	if err != nil || total != 25 || len(perSecond) < 2 {
		t.Fatalf("%v, %v", perSecond, err)
	}
}

func TestFollowGivesALineInPiecesOnceAndALastLineWithoutItsEnd(t *testing.T) {
	for text, want := range map[string][]string{
		"":           nil,
		"a":          {"a"},
		"a\nb":       {"a", "b"},
		"a\r\n\nb\n": {"a", "", "b"},
	} {
		var got []string
		_, err := trial.Simulate(1, func(task *edo.Task, _ io.Writer) error {
			for line, err := range stream.All(task, follow(strings.NewReader(text), 0)) {
				if err != nil {
					return err
				}
				got = append(got, line)
			}
			return nil
		})
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: got %q, %v", text, got, err)
		}
	}
}

func TestAReadThatFailsEndsTail(t *testing.T) {
	failure := errors.New("test: the disk is gone")
	_, err := trial.Simulate(1, func(task *edo.Task, out io.Writer) error {
		_, err := tail(task, options{top: 1, per: second}, []stream.Stream[string]{growingFile(task, part{err: failure})}, out)
		return err
	})
	if !errors.Is(err, failure) {
		t.Fatalf("got %v", err)
	}
}

func TestThePlotHasAPointForEachWindow(t *testing.T) {
	for _, perWindow := range [][]int{nil, {0}, {3}, {1, 2, 3}} {
		svg := plot(perWindow)
		if got := strings.Count(svg[strings.Index(svg, "points"):], ","); got != len(perWindow) || !strings.HasSuffix(svg, "</svg>\n") {
			t.Errorf("%v: %s", perWindow, svg)
		}
	}
}
