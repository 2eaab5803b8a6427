package story_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/lock"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/sim/story"
	"github.com/edo-go/edo/timer"
)

// chat has a reader that waits for a message, and a writer that sends it after 1.5 s.
func chat(task *edo.Task) error {
	tx, rx := mpsc.New[string](1)
	reader := edo.Go(task, func(task *edo.Task) error {
		s, err := rx.Recv(task)       // mark: receive
		story.Note(task, "got %q", s) // mark: note
		return err
	}, edo.Owns(rx), edo.Name("reader"))
	edo.Go(task, func(task *edo.Task) error {
		if err := timer.Sleep(task, 1500*time.Millisecond); err != nil {
			return err
		}
		return tx.Send(task, "hello") // mark: send
	}, edo.Owns(tx), edo.Name("writer"))
	_, err := reader.Await(task)
	return err
}

// lineOf returns the place of the line of this file with a mark.
func lineOf(t *testing.T, mark string) string {
	t.Helper()
	text, err := os.ReadFile("story_test.go")
	if err != nil {
		t.Fatal(err)
	}
	before, _, ok := strings.Cut(string(text), "// mark: "+mark)
	if !ok {
		t.Fatalf("no mark %q", mark)
	}
	return fmt.Sprintf("story_test.go:%d", strings.Count(before, "\n")+1)
}

// record runs main with a log.
func record(t testing.TB, seed uint64, main func(task *edo.Task) error) *story.Log {
	t.Helper()
	var log story.Log
	if err := sim.Run(seed, main, sim.WithConfig(sim.Config{Story: &log})); err != nil {
		t.Fatal(err)
	}
	return &log
}

func TestStoryTellsWhatEachTaskWaitsForAndWhichTaskWokeItWhere(t *testing.T) {
	text := record(t, 1, chat).Text()
	for _, want := range []string{
		"reader: spawned by #1 ",
		"waits for mpsc: receive",
		" at " + lineOf(t, "receive") + "\n",
		"writer: its timer fired; wakes ",
		" reader at " + lineOf(t, "send") + "; ends\n",
		"reader: woken by ",
		" writer at " + lineOf(t, "send") + `; notes got "hello" at ` + lineOf(t, "note") + "; ",
		"    1.5s  #",
		"by task:\n  #1 ",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the story has no %q:\n%s", want, text)
		}
	}
}

func TestEventsAreInOrderAndNameTheirTasks(t *testing.T) {
	log := record(t, 1, chat)
	var last time.Duration
	polls := map[int]bool{}
	for _, e := range log.Events() {
		if e.At < last || e.Task == 0 || e.Name == "" {
			t.Errorf("%+v after %v", e, last)
		}
		last = e.At
		switch e.Kind {
		case "polled":
			polls[e.Task] = true
		case "ended", "waits", "yields", "again", "held":
			if !polls[e.Task] {
				t.Errorf("%+v without a poll", e)
			}
			delete(polls, e.Task)
		}
	}
	if len(polls) != 0 {
		t.Errorf("polls that have not returned: %v", polls)
	}
}

// crowd uses locks, channels, timers, yields, spawns and aborts.
func crowd(task *edo.Task) error {
	var m lock.Mutex
	tx, rx := mpsc.New[int](2)
	for i := range 6 {
		tx := tx.Clone()
		h := edo.Go(task, func(task *edo.Task) error {
			for k := range 5 {
				if err := m.Lock(task); err != nil {
					return err
				}
				err := timer.Sleep(task, time.Duration(k%2)*time.Millisecond)
				m.Unlock()
				if err != nil {
					return err
				}
				if err := edo.Yield(task); err != nil {
					return err
				}
				if err := tx.Send(task, i); err != nil {
					return err
				}
			}
			return nil
		}, edo.Owns(tx))
		if i == 3 {
			edo.Go(task, func(task *edo.Task) error {
				if err := timer.Sleep(task, 3*time.Millisecond); err != nil {
					return err
				}
				h.Abort()
				return nil
			})
		}
	}
	tx.Close()
	defer rx.Close()
	for {
		if _, err := rx.Recv(task); err != nil {
			return nil
		}
	}
}

func TestALogChangesNoChoice(t *testing.T) {
	for seed := range uint64(200) {
		run := func(log *story.Log) (choices []int) {
			err := sim.Run(seed, crowd, sim.WithConfig(sim.Config{Story: log, Trace: func(n, chosen int) {
				choices = append(choices, n, chosen)
			}}))
			if err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			return choices
		}
		without, with, brief := run(nil), run(&story.Log{}), run(story.Brief())
		if !slices.Equal(without, with) || !slices.Equal(without, brief) {
			t.Fatalf("seed %d: another run with a log", seed)
		}
	}
}

func TestABriefLogHasTheSameEventsWithoutPlacesAndWaits(t *testing.T) {
	whole := record(t, 5, crowd).Events()
	log := story.Brief()
	if err := sim.Run(5, crowd, sim.WithConfig(sim.Config{Story: log})); err != nil {
		t.Fatal(err)
	}
	for i := range whole {
		whole[i].Place, whole[i].What = "", ""
	}
	if !slices.Equal(whole, log.Events()) {
		t.Error("other events")
	}
}

func TestTheJSONIsTheEvents(t *testing.T) {
	log := record(t, 2, crowd)
	var b strings.Builder
	if err := log.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	var got []story.Event
	if err := json.Unmarshal([]byte(b.String()), &got); err != nil || !slices.Equal(got, log.Events()) {
		t.Fatal("other events", err)
	}
}

func TestTheEnvironmentAsksForTheStory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "story.json")
	t.Setenv(story.FileVariable, file)
	if err := sim.Run(1, chat); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	var events []story.Event
	if err != nil || json.Unmarshal(text, &events) != nil || len(events) < 10 {
		t.Fatalf("%v, %s", err, text)
	}
}

func TestNoteWithoutALogDoesNothing(t *testing.T) {
	if err := edo.Run(func(task *edo.Task) error { story.Note(task, "x"); return nil }); err != nil {
		t.Fatal(err)
	}
	if err := sim.Run(1, chat); err != nil {
		t.Fatal(err)
	}
}

func BenchmarkRecording(b *testing.B) {
	for _, c := range []struct {
		name string
		log  *story.Log
	}{{"none", nil}, {"brief", story.Brief()}, {"whole", &story.Log{}}} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if err := sim.Run(1, crowd, sim.WithConfig(sim.Config{Story: c.log})); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// A log is read when the simulation has ended.
func ExampleLog() {
	var log story.Log
	err := sim.Run(1, func(task *edo.Task) error {
		h := edo.Go(task, func(task *edo.Task) error {
			story.Note(task, "balance %d", 7)
			return timer.Sleep(task, time.Second)
		}, edo.Name("teller"))
		_, err := h.Await(task)
		return err
	}, sim.WithConfig(sim.Config{Story: &log}))
	for _, e := range log.Events() {
		if e.Name == "teller" {
			fmt.Println(strings.TrimSpace(fmt.Sprint(e.At, " ", e.Kind, " ", e.What)))
		}
	}
	fmt.Println(err)
	// Output:
	// 0s spawned
	// 0s polled
	// 0s note balance 7
	// 0s waits timer: sleep, until 2000-01-01 00:00:01.000
	// 1s fired
	// 1s polled
	// 1s ended
	// <nil>
}
