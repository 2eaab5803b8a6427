// Package helper knows nothing of edo, and has functions that block.
package helper

import (
	"os/exec"
	"sync"
)

func Output(name string) ([]byte, error) { return exec.Command(name).Output() }

func Deep(name string) string {
	out, _ := Output(name)
	return string(out)
}

// Parallel waits for goroutines of its own, which is its own affair.
func Parallel(fns ...func()) {
	var wg sync.WaitGroup
	for _, fn := range fns {
		wg.Go(fn)
	}
	wg.Wait()
}

// Later does not block its caller.
func Later(name string) {
	go Output(name)
}

func Allowed(name string) {
	Output(name) //edo:allow blocking it is there already
}
