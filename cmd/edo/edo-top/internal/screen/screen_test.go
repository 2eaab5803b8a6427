package screen

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo/console"
)

// has requires that the screen has all of these.
func has(t *testing.T, s *Screen, want ...string) {
	t.Helper()
	screen := strings.Join(plain(t, s), "\n")
	for _, text := range want {
		if !strings.Contains(screen, text) {
			t.Errorf("%q is missing on\n%s", text, screen)
		}
	}
}

// hasNot requires that the screen has none of these.
func hasNot(t *testing.T, s *Screen, not ...string) {
	t.Helper()
	screen := strings.Join(plain(t, s), "\n")
	for _, text := range not {
		if strings.Contains(screen, text) {
			t.Errorf("%q is on\n%s", text, screen)
		}
	}
}

// later returns the frame some seconds later.
func later(seconds int) *console.Frame {
	f := exampleFrame()
	f.Time = f.Time.Add(time.Duration(seconds) * time.Second)
	f.Number += uint64(seconds)
	return f
}

func TestAnySizeHasWholeLines(t *testing.T) {
	for _, keys := range []string{"", "enter", "f", "f enter", "w", "2", "2 enter", "4", "7 enter", "7 enter t", "8", "?", "/ x", "down down down enter end enter", "end enter end enter"} {
		for _, width := range []int{1, 2, 7, 35, 36, 60, 80, 200} {
			for _, height := range []int{1, 2, 3, 5, 6, 8, 9, 12, 20, 40} {
				s := example(width, height)
				press(s, keys)
				plain(t, s)
				s.Lose(errors.New(hostile), noon.Add(time.Second))
				plain(t, s)
			}
		}
	}
}

func TestAnyKeysLeaveAWholeScreen(t *testing.T) {
	keys := []string{"up", "down", "tab", "enter", "esc", "s", "S", "/", "f", "w", "space", "?", "end", "home", "pgdown", "pgup", "r", "backspace", "x", "l", "t", "1", "2", "3", "4", "5", "6", "7", "8"}
	r := rand.New(rand.NewPCG(1, 2))
	s := example(80, 24)
	for i := range 1500 {
		switch r.IntN(20) {
		case 0:
			s.Resize(1+r.IntN(120), 1+r.IntN(50))
		case 1:
			f := later(i)
			rt := &f.Runtimes[0]
			rt.Groups = rt.Groups[r.IntN(len(rt.Groups)+1):]
			rt.Objects, rt.Polls = rt.Objects[r.IntN(4):], rt.Polls[r.IntN(2):]
			f.Findings = f.Findings[r.IntN(6):]
			if r.IntN(10) == 0 {
				f.Runtimes = nil
			}
			s.Take(f, f.Time)
		case 2:
			s.Lose(errors.New("away"), s.now)
		case 3:
			if s.AskStacks() {
				s.AnswerStacks(hostile, nil, s.now)
			}
		default:
			press(s, keys[r.IntN(len(keys))])
		}
		answerAll(s)
		plain(t, s)
		if t.Failed() {
			t.Fatalf("after %d steps", i)
		}
		if len(s.levels) > maxLevels {
			t.Fatalf("%d levels", len(s.levels))
		}
	}
}

func TestBeforeTheFirstFrameItSaysSo(t *testing.T) {
	s := New("127.0.0.1:6070", time.UTC)
	has(t, s, "connects", "no frame has come yet", "q quit")
	press(s, "enter down f w 2 enter esc s r space space")
	s.Take(&console.Frame{Time: noon}, noon)
	press(s, "1")
	has(t, s, "no runtime of edo runs in this process")
}

func TestTheCursorStaysOnItsRow(t *testing.T) {
	s := example(80, 24)
	press(s, "down")
	f := later(1)
	g := f.Runtimes[0].Groups
	g[0], g[1] = g[1], g[0]
	s.Take(f, f.Time)
	has(t, s, ">      3  source")
	s.Take(later(2), noon.Add(2*time.Second))
	has(t, s, ">      3  source")
	f = later(2)
	f.Runtimes[0].Groups = slices.Delete(f.Runtimes[0].Groups, 1, 2)
	s.Take(f, f.Time)
	has(t, s, ">      1  audit") // its row is gone: the one in its place
	f = later(3)
	f.Runtimes[0].Groups = f.Runtimes[0].Groups[:1]
	s.Take(f, f.Time)
	has(t, s, "> 20,000  idle")
}

func TestAFrozenScreenShowsNoLaterFrame(t *testing.T) {
	s := example(80, 24)
	press(s, "space")
	f := later(7)
	f.Runtimes[0].Groups = f.Runtimes[0].Groups[1:2]
	s.Take(f, f.Time)
	has(t, s, "FROZEN at 12:00:00", "20,000  idle")
	press(s, "f esc") // other views are of the same frame
	has(t, s, "20,000  idle")
	press(s, "space")
	has(t, s, "live 12:00:07", "3  source")
	hasNot(t, s, "20,000  idle", "FROZEN")
}

func TestALostConnectionIsShownWithItsTime(t *testing.T) {
	s := example(80, 24)
	s.Lose(errors.New("connection refused"), noon.Add(2*time.Second))
	has(t, s, "LOST for 0 µs", "LOST since 12:00:02: connection refused; connects again by itself", "20,000  idle")
	s.Lose(errors.New("no route"), noon.Add(4*time.Second))
	s.Tick(noon.Add(9 * time.Second))
	has(t, s, "LOST for 7.0 s", "LOST since 12:00:02: no route")
	press(s, "space")
	has(t, s, "FROZEN at 12:00:00, LOST for 7.0 s")
	press(s, "space")
	s.Take(later(10), noon.Add(10*time.Second))
	hasNot(t, s, "LOST")
	has(t, s, "live 12:00:10")
}

func TestAProgramThatStandsStillIsShown(t *testing.T) {
	s := example(80, 24)
	s.Tick(noon.Add(4 * time.Second))
	has(t, s, "live 12:00:00")
	s.Tick(noon.Add(65 * time.Second))
	has(t, s, "NO FRAME for 1 min")
}

func TestRatesAreThoseBetweenTwoFrames(t *testing.T) {
	s := example(160, 24)
	hasNot(t, s, "polls/s")
	f := later(2)
	f.Runtimes[0].Metrics.Polls += 3000
	f.Runtimes[0].Metrics.Spawned += 10
	s.Take(f, f.Time)
	has(t, s, "polls/s 1,500", "spawned/s 5")
	f = later(3)
	f.Runtimes[0].Metrics.Polls = 5 // another process
	s.Take(f, f.Time)
	has(t, s, "polls/s 0")
}

func TestATaskIsAskedForOnceInEachFrame(t *testing.T) {
	s := example(80, 24)
	s.Press("f", "f")
	s.Press("enter", "")
	press(s, "tab") // the first task of the cycle
	s.Press("enter", "")
	ref, ok := s.Ask()
	if !ok || ref != 5 {
		t.Fatalf("it asks for %d, %v", ref, ok)
	}
	has(t, s, "asks the console …")
	if _, again := s.Ask(); again {
		t.Error("it asks twice")
	}
	s.Answer(ref, nil, errors.New("404 Not Found: "+hostile))
	has(t, s, `404 Not Found: \x1b[2J`)
	if _, again := s.Ask(); again {
		t.Error("it asks twice in a frame")
	}
	s.Take(later(1), noon.Add(time.Second))
	if next, ok := s.Ask(); !ok || next != ref {
		t.Errorf("in the next frame it asks for %d, %v", next, ok)
	}
	s.Press("esc", "")
	s.Answer(ref, exampleTask(ref), nil) // too late: it is not shown any more
	if _, ok := s.Ask(); ok {
		t.Error("it asks for a task that is not shown")
	}
}

func TestADeadlockIsWalkedRound(t *testing.T) {
	s := example(80, 24)
	press(s, "w")
	has(t, s, "1 cycle: its tasks can never go on", "cycle   #6 refund", "cycle   #5 pay", "└ #7 audit")
	for range 3 * maxLevels {
		press(s, "enter tab") // to what could wake it
	}
	if len(s.levels) > maxLevels {
		t.Errorf("%d levels", len(s.levels))
	}
	press(s, strings.Repeat("esc ", maxLevels))
	has(t, s, "Groups")
}

func TestTheFilterIsEditedAndDropped(t *testing.T) {
	s := example(80, 24)
	press(s, "/ S O U")
	has(t, s, "filter: SOU_", "3  source")
	hasNot(t, s, "20,000  idle")
	press(s, "backspace backspace backspace q")
	has(t, s, "filter: q_", `no row has "q"`) // no key of the screen while it is typed
	press(s, "esc")
	has(t, s, "20,000  idle")
	s.Press("/", "/")
	s.Paste("refund\nand more")
	press(s, "enter")
	has(t, s, `filter "refund"`, "1  refund")
	press(s, "f esc")
	has(t, s, "20,000  idle") // another view, and back to all groups
	s.Press("/", "/")
	s.Paste(strings.Repeat("x", 10*maxFilter))
	if n := len(s.top().filter); n > maxFilter {
		t.Errorf("the filter has %d bytes", n)
	}
}

func TestEveryColumnSorts(t *testing.T) {
	for _, keys := range []string{"1", "2", "3", "4", "5", "6", "7", "8", "f"} {
		s := example(250, 50)
		press(s, keys)
		columns := len(s.list().columns)
		for i := range columns {
			press(s, "s")
			if s.top().order.column != i+1 {
				t.Errorf("view %s sorts by column %d after %d keys", keys, s.top().order.column, i+1)
			}
			plain(t, s)
		}
		press(s, "s")
		if s.top().order.column != 0 {
			t.Errorf("view %s sorts after its last column", keys)
		}
	}
}

func TestTheNextRuntimeIsShown(t *testing.T) {
	s := example(80, 24)
	press(s, "r") // there is one
	f := later(1)
	second := f.Runtimes[0]
	second.ID, second.Groups = 2, second.Groups[1:2]
	f.Runtimes = append(f.Runtimes, second)
	s.Take(f, f.Time)
	has(t, s, "runtime 1 (r: 2 in all)", "20,000  idle")
	press(s, "r")
	has(t, s, "runtime 2 (r: 2 in all)")
	hasNot(t, s, "20,000  idle")
	press(s, "r")
	has(t, s, "runtime 1")
}

func TestAFindingLeadsToTheGraphOfItsRuntime(t *testing.T) {
	s := example(80, 24)
	f := later(1)
	other := f.Runtimes[0]
	other.ID, other.Graph, other.Cycles = 2, console.Graph{}, nil
	f.Runtimes = append([]console.Runtime{other}, f.Runtimes...)
	s.Take(f, f.Time)
	press(s, "w")
	has(t, s, "runtime 2", "no task waits for another task by name")
	press(s, "f enter end enter")
	has(t, s, "Waits-for  1 cycle", "cycle   #5 pay")
}

func TestKeysEndAndSuspend(t *testing.T) {
	for key, want := range map[string]Action{"q": Quit, "ctrl+c": Quit, "ctrl+z": Suspend, "x": None} {
		if got := example(80, 24).Press(key, ""); got != want {
			t.Errorf("%s: %d", key, got)
		}
	}
	s := example(80, 24)
	press(s, "/")
	if s.Press("q", "q") != None || s.Press("ctrl+c", "") != Quit {
		t.Error("while the filter is typed")
	}
	press(s, "esc ?")
	if s.Press("q", "q") != Quit {
		t.Error("while the keys are shown")
	}
}

func TestEveryKeyOfTheHelpDoesSomething(t *testing.T) {
	names := map[string]string{"↑": "up", "↓": "down", "→": "right", "←": "left"}
	for _, line := range help {
		for key := range strings.FieldsSeq(line[0]) {
			if name := names[key]; name != "" {
				key = name
			}
			did := false
			for _, before := range []string{"", "down", "4 s", "/ a enter"} { // places with something to do
				s := example(80, 24)
				f := later(1)
				second := f.Runtimes[0]
				second.ID = 2
				f.Runtimes = append(f.Runtimes, second)
				s.Take(f, f.Time)
				press(s, before)
				was := strings.Join(s.Lines(), "\n")
				action := s.Press(key, key)
				did = did || action != None || strings.Join(s.Lines(), "\n") != was
			}
			if !did {
				t.Errorf("%s does nothing", key)
			}
		}
	}
}

func TestTheLargestFrameIsDrawn(t *testing.T) {
	f := exampleFrame()
	rt := &f.Runtimes[0]
	long := strings.Repeat("世界 ", 60) // as long as a frame has texts
	for i := range 100 {
		g := rt.Groups[0]
		g.Key, g.Name, g.Waits = fmt.Sprint(i), long, []string{long, long, long, long}
		rt.Groups = append(rt.Groups, g)
		o := rt.Objects[0]
		o.Number, o.Kind = 100+i, long
		rt.Objects = append(rt.Objects, o)
	}
	for i := range 45 {
		one := f.Findings[0]
		one.Text, one.Task.Ref = long, uint64(1000+i)
		f.Findings = append(f.Findings, one)
	}
	s := New("127.0.0.1:6070", time.UTC)
	s.Take(f, noon)
	for _, keys := range []string{"", "end", "2", "end", "f", "end enter"} {
		press(s, keys)
		plain(t, s)
	}
	press(s, "1")
	has(t, s, "and 47 more findings, f shows them all")
}
