package screen

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// withoutStack returns a screen of a program with too many goroutines for stacks to be taken by themselves, in whose list a poll
// that has returned stands before one that runs.
func withoutStack() *Screen {
	s := example(80, 24)
	f := exampleFrame()
	f.Program.Goroutines = 3012
	rt := &f.Runtimes[0]
	rt.Polls[0].Stack = ""
	long := rt.Polls[0]
	long.Runs, long.Began, long.Took, long.Task.Name = false, ago(time.Hour), 60_000, "#40 starved"
	rt.Polls = append(rt.Polls[:0:0], long, rt.Polls[0])
	s.Take(f, noon)
	return s
}

func TestAKeyTakesTheStackThatIsMissing(t *testing.T) {
	s := withoutStack()
	press(s, "7")
	has(t, s, "t take stacks", "t takes")
	press(s, "enter")
	has(t, s, "Polls › A poll", "#9 busy", "press t to take", "3,012 goroutines", "t take stacks")
	if s.AskStacks() {
		t.Fatal("the program is made to stand still, and no key was pressed")
	}
	s.Press("t", "t")
	has(t, s, "Stacks of the polls that run", "asks the console")
	if !s.AskStacks() || s.AskStacks() {
		t.Fatal("the console must be asked once")
	}
	s.Press("t", "t")
	if s.AskStacks() {
		t.Fatal("the console is asked again before it has answered")
	}
	s.AnswerStacks("goroutine 27 [running]:\nmain.spin(...)\n\t/src/bank/main.go:40\n\ngoroutine 28 [running]:\nmain.other()", nil, noon.Add(3*time.Second))
	has(t, s, "taken at        12:00:03", "main.spin(...)", "/src/bank/main.go:40", "goroutine 28")
	s.Press("t", "t")
	if !s.AskStacks() {
		t.Fatal("the key does not take them anew")
	}
	s.AnswerStacks("no poll runs, of 3012 goroutines\n", nil, noon)
	has(t, s, "answer          no poll runs, of 3012 goroutines")
	hasNot(t, s, "may be among them")
	press(s, "esc")
	has(t, s, "press t to take")
}

func TestAnswersWithoutStacksAreShown(t *testing.T) {
	s := withoutStack()
	press(s, "f down enter")
	has(t, s, "FAULT poll", "press t to take", "t take stacks")
	s.Press("t", "t")
	s.AskStacks()
	s.AnswerStacks("", errors.New("403 Forbidden: "+hostile), noon)
	has(t, s, "403 Forbidden: \\x1b[2J")
	s.Press("t", "t")
	s.Lose(errors.New("away"), noon)
	has(t, s, "the console cannot be asked: away")
	s.Press("t", "t")
	if s.AskStacks() {
		t.Fatal("a console that is lost is asked")
	}
	s.Take(exampleFrame(), noon)
	s.Press("t", "t")
	s.AskStacks()
	s.AnswerStacks(strings.Repeat("goroutine 1 [running]:\nf()\n\n", 300), nil, noon)
	press(s, "end")
	has(t, s, "and 100 more")
}

func TestPollsThatRunComeFirst(t *testing.T) {
	s := withoutStack()
	press(s, "7")
	screen := strings.Join(plain(t, s), "\n")
	if runs, ended := strings.LastIndex(screen, "#9 busy"), strings.Index(screen, "#40 starved"); ended < 0 || runs > ended {
		t.Errorf("the poll that runs is not the first:\n%s", screen)
	}
	press(s, "down enter")
	has(t, s, "#40 starved", "none was taken while it ran")
}
