//go:build amd64 || arm64

package carried

import (
	"math/bits"
	"runtime"
	"runtime/debug"
	"sync"
	"unsafe"
)

// The descriptor of a goroutine (runtime.g) has the fields
//
//	lockedm       the thread (runtime.m) that the goroutine is locked to; 0: none
//	labels        a pointer; nil: none
//	paniconfault  one byte
//
// Their offsets differ from one version of Go to the next. The first two are words that are
// zero until the goroutine does something that the probe can do and undo. It gives each of
// them a known value: lockedm that of another field, m, the thread that runs the goroutine.
// No other word changes like this, again and again. The stack trace of package runtime must
// confirm the result.

// Prepare writes these, and its callers read them. Before that the offsets are those of the
// first word, the lowest address of the stack, which is never 0: so the quick functions
// return "perhaps".
var (
	lockAt uintptr // offset of lockedm
	//lint:ignore U1000 read by assembly
	labelAt uintptr // of labels
	//lint:ignore U1000 read by assembly
	faultAt uintptr // of the word that has paniconfault
	//lint:ignore U1000 read by assembly
	fault uintptr = ^uintptr(0) // its bit in that word
	found bool                  // all of these are known
)

// extent is how many bytes of a descriptor are read. It has at least 400 in every
// version since Go 1.17.
const extent = 384

const wordSize = unsafe.Sizeof(uintptr(0))

type words [extent / wordSize]uintptr

// word returns one word of the descriptor of the calling goroutine.
//
//go:noescape
func word(at uintptr) uintptr

// readWords returns the words of the calling goroutine.
func readWords() (w words) {
	for i := range w {
		w[i] = word(uintptr(i) * wordSize)
	}
	return w
}

var once sync.Once

// Prepare finds the offsets. It must be called before any other function of this package,
// from any goroutine, and costs almost nothing the second time.
func Prepare() {
	once.Do(func() {
		ended := make(chan struct{})
		go func() { // neither locked nor labelled, whatever the caller is
			defer close(ended)
			setLabels(nil)
			found = probe()
		}()
		<-ended
	})
}

// probe finds the offsets, on a goroutine of its own, and reports whether it has. The
// runtime may set flags in the descriptor meanwhile, for example to preempt the goroutine:
// but not in each round.
func probe() bool {
	const rounds = 8
	var locks, labels, faults words // the candidates: not 0 where a word has changed as it should in each round so far
	for i := range locks {
		locks[i], labels[i], faults[i] = 1, 1, ^uintptr(0)
	}
	var mark [rounds]uint64
	for i := range mark {
		// 1. lockedm is 0, then the same as another word, then 0 again.
		before := readWords()
		runtime.LockOSThread()
		during := readWords()
		said := lockedByTrace()
		runtime.UnlockOSThread()
		after := readWords()
		if !said || lockedByTrace() {
			return false
		}
		times := map[uintptr]int{}
		for _, v := range during {
			times[v]++
		}
		for k, v := range during {
			if before[k] != 0 || after[k] != 0 || v == 0 || times[v] < 2 {
				locks[k] = 0
			}
		}

		// 2. labels is 0, then the label, then 0 again.
		label := unsafe.Pointer(&mark[i])
		before = readWords()
		setLabels(label)
		during = readWords()
		setLabels(nil)
		after = readWords()
		for k, v := range during {
			if before[k] != 0 || after[k] != 0 || v != uintptr(label) {
				labels[k] = 0
			}
		}

		// 3. paniconfault is a bit that is set in between alone.
		before = readWords()
		debug.SetPanicOnFault(true)
		during = readWords()
		debug.SetPanicOnFault(false)
		after = readWords()
		for k, v := range during {
			faults[k] &= v &^ (before[k] | after[k])
		}
	}
	// 4. Each must be left with exactly one candidate.
	lock, ok1 := locks.only()
	label, ok2 := labels.only()
	flag, ok3 := faults.only()
	if !ok1 || !ok2 || !ok3 {
		return false
	}
	lockAt, labelAt, faultAt, fault = lock, label, flag, faults[flag/wordSize]
	return true
}

// only returns the offset of the only word that is not 0. ok: it is the only one, and has one
// bit set.
func (w *words) only() (at uintptr, ok bool) {
	n := 0
	for i, v := range w {
		if v != 0 {
			at = uintptr(i) * wordSize
			n += bits.OnesCount64(uint64(v))
		}
	}
	return at, n == 1 && at != 0
}

// LockAt returns how far the result of [LockWord] is from the beginning of the descriptor.
// The address of the descriptor is the identity of a goroutine in package gid.
func LockAt() uintptr { return lockAt }

// LockWord returns the word of the descriptor of the calling goroutine that MaybeLocked
// reads: it is 0 when the goroutine is not locked. Only the same goroutine may read it.
func LockWord() *uintptr

// MaybeLocked is Locked, but may be true where Locked is false. It costs a nanosecond.
func MaybeLocked() bool

// Any reports whether the calling goroutine may carry anything: a thread, labels, or that
// faults are panics. It costs a nanosecond.
func Any() bool

// Locked reports whether the calling goroutine is locked to its thread: by
// [runtime.LockOSThread], or because it is in a callback from C.
func Locked() bool {
	if found {
		return word(lockAt) != 0
	}
	return lockedByTrace()
}
