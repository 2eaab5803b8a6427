//go:build amd64 || arm64

package gid

import (
	"runtime"
	"sync"
	"unsafe"
)

// Number returns the number of a living goroutine, which stacks name it by ("goroutine 17
// [running]:"), for its identity. It returns 0 for 0, and when it does not know where the
// runtime keeps the number.
func Number(id uintptr) uint64 {
	at := numberAt()
	if id == 0 || at == 0 {
		return 0
	}
	return word(id, at)
}

// words is how many words of a descriptor are searched for the number. A descriptor is larger.
const words = 40

// numberAt returns how far the number is from the beginning of a descriptor; 0: it was not found. It is
// the only word that is the number on each of several goroutines.
var numberAt = sync.OnceValue(func() uintptr {
	isNumber := [words]bool{}
	for i := range isNumber {
		isNumber[i] = i != 0
	}
	for range 8 {
		done := make(chan struct{})
		go func() {
			defer close(done)
			id, number := Get(), own()
			for i := range isNumber {
				isNumber[i] = isNumber[i] && word(id, uintptr(i)*unsafe.Sizeof(id)) == number
			}
		}()
		<-done
	}
	at := uintptr(0)
	for i, is := range isNumber {
		if is && at != 0 {
			return 0
		}
		if is {
			at = uintptr(i) * unsafe.Sizeof(at)
		}
	}
	return at
})

// word returns a word of a descriptor. The runtime frees no descriptor: so this is memory even if
// the goroutine has ended.
func word(id, at uintptr) uint64 {
	p := *(*unsafe.Pointer)(unsafe.Pointer(&id))
	return *(*uint64)(unsafe.Add(p, at))
}

// own returns the number of the calling goroutine, as the head of its stack has it.
func own() (number uint64) {
	var buf [40]byte
	n := runtime.Stack(buf[:], false)
	for _, c := range buf[len("goroutine "):n] {
		if c < '0' || c > '9' {
			break
		}
		number = number*10 + uint64(c-'0')
	}
	return number
}
