package console_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/console"
	"github.com/edo-go/edo/internal/planted"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/oneshot"
)

func TestAFullChannelNamesTheTaskAtTheEndOfItsChain(t *testing.T) {
	p := newPlace(t, edo.Config{Workers: 2, Trace: true})
	in, parse := mpsc.New[int](2)
	out, write := mpsc.New[int](2)
	never, answer := oneshot.New[int]()
	defer never.Close()
	edo.Go(p.rt, func(task *edo.Task) error {
		if _, err := write.Recv(task); err != nil {
			return err
		}
		_, err := answer.Recv(task)
		return err
	}, edo.Name("writer"), edo.Owns(write), edo.Owns(answer))
	edo.Go(p.rt, func(task *edo.Task) error {
		for {
			one, err := parse.Recv(task)
			if err != nil {
				return err
			}
			if err := out.Send(task, one); err != nil {
				return err
			}
		}
	}, edo.Name("parser"), edo.Owns(parse), edo.Owns(out))
	for range 20 {
		in := in.Clone()
		edo.Go(p.rt, func(task *edo.Task) error { return in.Send(task, 1) }, edo.Name("client"), edo.Owns(in))
	}
	defer in.Close()
	f, rt := p.until(func(_ *console.Frame, rt *console.Runtime) bool {
		return rt.Round.Whole && len(rt.Objects) >= 2 && rt.Objects[0].Full && rt.Objects[1].Full && strings.Contains(rt.Objects[0].Chain, "writer")
	})
	first := f.Findings[slices.IndexFunc(f.Findings, func(f console.Finding) bool { return f.Kind == "full" })]
	for _, want := range []string{
		"tasks wait for room; its receiver was last #", "parser (spawned at ", ", which waits for mpsc: send", "at the end of the chain: #",
		"writer (spawned at ", ", which waits for oneshot", "from its sender",
	} {
		if !strings.Contains(first.Text, want) {
			t.Errorf("%q is missing in %q", want, first.Text)
		}
	}
	if end := rt.Objects[0].End; !strings.Contains(end.Name, "writer") || end.Ref == 0 {
		t.Errorf("the end is %v", end)
	}
	if strings.Contains(first.Text, "Config.Trace") || strings.Contains(first.Text, "so far") {
		t.Errorf("the lines and the number are known: %q", first.Text)
	}
}

func TestAFindingWithoutLinesSaysOnceHowToGetThem(t *testing.T) {
	p := newPlace(t, edo.Config{Workers: 2})
	planted.Deadlock(p.rt)
	planted.FullChannel(p.rt, 4)
	f, _ := p.until(func(f *console.Frame, rt *console.Runtime) bool {
		return len(rt.Cycles) == 1 && rt.Cycles[0].Stuck == 3 && len(rt.Objects) != 0 && rt.Objects[0].Full
	})
	said := 0
	for _, one := range f.Findings {
		said += strings.Count(one.Text, "with Config.Trace the lines are known")
	}
	if said != 1 || !strings.Contains(f.Findings[0].Text, "Config.Trace") {
		t.Errorf("it is said %d times: %v", said, f.Findings)
	}
}

func TestWhatGrowsWhileTasksAreAskedIsSoFar(t *testing.T) {
	p := newPlace(t, edo.Config{Workers: 2})
	planted.Deadlock(p.rt)
	p.until(func(_ *console.Frame, rt *console.Runtime) bool { // a look that has asked all
		return len(rt.Cycles) == 1 && rt.Cycles[0].Stuck == 3 && !rt.Cycles[0].SoFar
	})
	c := console.Cycle{Tasks: make([]console.TaskRef, 2), Stuck: 9, SoFar: true}
	if text := console.DescribeCycle(&c); !strings.HasSuffix(text, "7 more tasks wait for these so far") {
		t.Errorf("the cycle is %q", text)
	}
	o := console.Object{Kind: "mpsc", Number: 1, Waiting: 7}
	if text := console.DescribeFull(&o, false); !strings.Contains(text, "7 tasks wait for room so far") {
		t.Errorf("the channel is %q", text)
	}
}
