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
// whose places differ from one version of Go to the next. Both of the first two are words
// that are zero until something is done that can be done and undone here, which makes them
// a value that is known: lockedm that of another field, m, the thread which runs the
// goroutine. No other word does so, again and again. What package runtime prints of the
// goroutine must say the same.

// These are written by Prepare, and read by whoever has called it. Until then they name the
// first word, the lowest address of the stack, which is never 0: so what is asked quickly is
// answered with "perhaps".
var (
	lockAt uintptr // offset of lockedm
	//lint:ignore U1000 read by assembly
	labelAt uintptr // of labels
	//lint:ignore U1000 read by assembly
	faultAt uintptr // of the word that has paniconfault
	//lint:ignore U1000 read by assembly
	fault uintptr = ^uintptr(0) // what there is of it in that word
	found bool                  // all of these are known
)

// extent is how many bytes of a descriptor are looked at. It has at least 400 in every
// version since Go 1.17.
const extent = 384

const wordSize = unsafe.Sizeof(uintptr(0))

type words [extent / wordSize]uintptr

// word returns one word of the descriptor of the calling goroutine.
//
//go:noescape
func word(at uintptr) uintptr

// look returns the words of the calling goroutine.
func look() (w words) {
	for i := range w {
		w[i] = word(uintptr(i) * wordSize)
	}
	return w
}

var once sync.Once

// Prepare finds out where to look. It must be called before anything else here is, from
// any goroutine, and costs next to nothing the second time.
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

// probe finds the places, on a goroutine that it has to itself. Others may set flags in
// the descriptor meanwhile, as to have the goroutine preempted: but not each time.
func probe() bool {
	const rounds = 8
	var locks, labels, faults words // what is left of each word
	for i := range locks {
		locks[i], labels[i], faults[i] = 1, 1, ^uintptr(0)
	}
	var mark [rounds]uint64
	for i := range mark {
		before := look()
		runtime.LockOSThread()
		during := look()
		said := lockedInWords()
		runtime.UnlockOSThread()
		after := look()
		if !said || lockedInWords() {
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

		label := unsafe.Pointer(&mark[i])
		before = look()
		setLabels(label)
		during = look()
		setLabels(nil)
		after = look()
		for k, v := range during {
			if before[k] != 0 || after[k] != 0 || v != uintptr(label) {
				labels[k] = 0
			}
		}

		before = look()
		debug.SetPanicOnFault(true)
		during = look()
		debug.SetPanicOnFault(false)
		after = look()
		for k, v := range during {
			faults[k] &= v &^ (before[k] | after[k])
		}
	}
	lock, ok1 := locks.only()
	label, ok2 := labels.only()
	flag, ok3 := faults.only()
	if !ok1 || !ok2 || !ok3 {
		return false
	}
	lockAt, labelAt, faultAt, fault = lock, label, flag, faults[flag/wordSize]
	return true
}

// only returns the place of the only word that has a bit set, and one alone.
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

// LockAt returns how far the result of [LockWord] is from the beginning of the descriptor,
// which is what package gid knows a goroutine by.
func LockAt() uintptr { return lockAt }

// LockWord returns the word of the descriptor of the calling goroutine that MaybeLocked
// looks at: it is 0 when the goroutine is not locked. Only the same goroutine may read it.
func LockWord() *uintptr

// MaybeLocked is Locked, and may say yes where Locked says no. It costs a nanosecond.
func MaybeLocked() bool

// Any says whether the calling goroutine may carry anything: a thread, labels, or that faults
// are panics. It costs a nanosecond.
func Any() bool

// Locked says whether the calling goroutine is locked to its thread: by
// [runtime.LockOSThread], or because it is in a callback from C.
func Locked() bool {
	if found {
		return word(lockAt) != 0
	}
	return lockedInWords()
}
