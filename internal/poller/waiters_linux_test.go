package poller

import (
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/edo-go/edo/internal/driver"
	"github.com/edo-go/edo/internal/invariant"
	"github.com/edo-go/edo/internal/invariant/interleave"
)

func TestAllWaitersAreWokenOnceAndNoneThatWasForgotten(t *testing.T) {
	m := newModel(t)
	tasks := []*mock{newMock(), newMock(), newMock(), newMock()}
	for range 2 {
		for _, task := range tasks {
			poll, err := m.read(task)
			wantPending(t, poll, err)
		}
	}
	for i, task := range tasks {
		if !m.source.Waits(driver.Reading, &task.Task) || m.source.Waits(driver.Writing, &task.Task) {
			t.Errorf("task %d: the source does not report that it waits to read", i)
		}
	}
	m.source.Forget(driver.Reading, &tasks[1].Task) // in the overflow table
	m.source.Forget(driver.Reading, &tasks[3].Task) // in the slot
	m.arrive()
	for i, want := range []int32{1, 0, 1, 0} {
		if got := tasks[i].wakes.Load(); got != want {
			t.Errorf("task %d was woken %d times, want %d", i, got, want)
		}
	}
	if len(m.poller.overflow.entries) != 0 || m.source.overflows(driver.Reading) {
		t.Error("an overflow entry is left")
	}
}

func TestOverflowHoldsNoTaskTwiceHoweverOftenItAsks(t *testing.T) {
	m := newModel(t)
	first, second := newMock(), newMock()
	for range 100 {
		m.read(first)
		m.read(second)
	}
	if n := len(m.poller.overflow.entries[&m.source][driver.Reading]); n != 1 {
		t.Errorf("%d tasks in the overflow table, want 1", n)
	}
}

func TestInterleavedTwoReadersAreBothWokenByTheCloseAndByAWake(t *testing.T) {
	for name, event := range map[string]func(m *model){
		"close": func(m *model) { m.source.Close() },
		"wake":  func(m *model) { m.source.Wake(driver.Reading) },
	} {
		n := interleave.ExploreBounded(t, 4, func() ([]func(), func()) {
			m, first, second := newModel(t), newMock(), newMock()
			var polls [2]driver.Poll
			var before [2]bool // waited when the event began
			threads := []func(){
				func() { polls[0], _ = m.read(first) },
				func() { polls[1], _ = m.read(second) },
				func() {
					before = [2]bool{m.source.Waits(driver.Reading, &first.Task), m.source.Waits(driver.Reading, &second.Task)}
					event(m)
				},
			}
			return threads, func() {
				for i, task := range []*mock{first, second} {
					if polls[i] == driver.Pending && task.wakes.Load() == 0 && (name == "close" || before[i]) {
						t.Errorf("%s: reader %d waits for ever", name, i)
					}
				}
			}
		})
		t.Logf("%s: %d schedules", name, n)
	}
}

func TestInterleavedTwoReadersLoseNoEdge(t *testing.T) {
	n := interleave.ExploreBounded(t, 3, func() ([]func(), func()) {
		m, first, second := newModel(t), newMock(), newMock()
		threads := []func(){func() { m.read(first) }, func() { m.read(second) }, m.arrive}
		return threads, func() {
			if m.got.Load() == 1 {
				return
			}
			if first.wakes.Load() == 0 || second.wakes.Load() == 0 {
				t.Error("there are bytes, and a reader waits for ever")
			}
		}
	})
	t.Logf("%d schedules", n)
}

func TestInterleavedThreeReadersThatAskAgainAllWaitOrAreWoken(t *testing.T) {
	n := interleave.ExploreBounded(t, 3, func() ([]func(), func()) {
		m, tasks := newModel(t), [3]*mock{newMock(), newMock(), newMock()}
		m.read(tasks[0]) // in the overflow table, after the next read
		m.read(tasks[1])
		var threads []func()
		for _, task := range tasks {
			threads = append(threads, func() { m.read(task) })
		}
		return threads, func() {
			for i, task := range tasks {
				if task.wakes.Load() == 0 && !m.source.Waits(driver.Reading, &task.Task) {
					t.Errorf("reader %d neither waits nor was woken", i)
				}
			}
		}
	})
	t.Logf("%d schedules", n)
}

// kernel is a socket that was reset: the first call gets the error.
type kernel struct {
	*model
	reported atomic.Bool
}

// call makes one system call that the reset ends, as task, and says whether the
// connection turned out to be reset.
func (k *kernel) call(d driver.Direction, task *mock) (reset, waits bool) {
	if poll, _ := k.source.Begin(d, &task.Task); poll == driver.Pending {
		return false, true
	}
	first := !k.reported.Swap(true)
	if invariant.Enabled {
		invariant.Step("the call has returned")
	}
	if first {
		k.source.Fail(syscall.ECONNRESET)
		k.source.End(d, More)
		return true, false
	}
	if k.source.Follow(d, &task.Task) {
		return false, true
	}
	reset = k.source.Failure() != 0
	k.source.End(d, More)
	return reset, false
}

func TestInterleavedReaderAndWriterBothGetTheReset(t *testing.T) {
	n := interleave.ExploreBounded(t, 4, func() ([]func(), func()) {
		k := &kernel{model: newModel(t)}
		k.source.state.Store(readable | writable)
		tasks := [2]*mock{newMock(), newMock()}
		var reset, waits [2]bool
		call := func(i int) func() { return func() { reset[i], waits[i] = k.call(driver.Direction(i), tasks[i]) } }
		return []func(){call(0), call(1)}, func() {
			for i, task := range tasks {
				if waits[i] {
					if task.wakes.Load() == 0 {
						t.Errorf("operation %d waits for ever", i)
					}
					reset[i], _ = k.call(driver.Direction(i), task)
				}
				if !reset[i] {
					t.Errorf("operation %d did not get the reset", i)
				}
			}
			if users := k.source.state.Load() / oneOperation; users != 0 {
				t.Errorf("%d operations are under way", users)
			}
		}
	})
	t.Logf("%d schedules", n)
}

// Two tasks that wait for something else than readiness, such as the turn to write, must
// not wake each other all the time while the source is ready.
func TestWaitersOfAReadySourceAreLeftAsleepUntilAWake(t *testing.T) {
	m := newModel(t)
	m.source.state.Store(readable | writable)
	tasks := []*mock{newMock(), newMock(), newMock()}
	for _, task := range tasks {
		m.source.Wait(driver.Writing, &task.Task)
	}
	for i, task := range tasks {
		if n := task.wakes.Load(); n != 0 || !m.source.Waits(driver.Writing, &task.Task) {
			t.Errorf("task %d: woken %d times, or it is no waiter", i, n)
		}
	}
	m.source.Wake(driver.Writing)
	for i, task := range tasks {
		if n := task.wakes.Load(); n != 1 {
			t.Errorf("task %d: woken %d times by a wake, want once", i, n)
		}
	}
}

func TestInterleavedWaitersAreAllWokenByTheReleaseThatTheyWaitFor(t *testing.T) {
	n := interleave.ExploreBounded(t, 3, func() ([]func(), func()) {
		m := newModel(t)
		m.source.state.Store(writable)
		tasks := [2]*mock{newMock(), newMock()}
		var released atomic.Bool
		var sleeps [2]bool
		wait := func(i int) func() {
			return func() {
				m.source.Wait(driver.Writing, &tasks[i].Task)
				if invariant.Enabled {
					invariant.Step("waits")
				}
				sleeps[i] = !released.Load()
			}
		}
		release := func() {
			released.Store(true)
			if invariant.Enabled {
				invariant.Step("released")
			}
			m.source.Wake(driver.Writing)
		}
		return []func(){wait(0), wait(1), release}, func() {
			for i, task := range tasks {
				if sleeps[i] && task.wakes.Load() == 0 {
					t.Errorf("waiter %d sleeps for ever", i)
				}
			}
		}
	})
	t.Logf("%d schedules", n)
}
