package main

import (
	"errors"
	"sync"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/mpsc"
)

// goMPSC passes m.n messages from so many producers to one receiver.
func goMPSC(producers int) goBody {
	return func(m *meter) {
		each := max(m.n/producers, 1)
		m.n = each * producers
		ch := make(chan int, 1024)
		var wg sync.WaitGroup
		for range producers {
			wg.Go(func() {
				for i := range each {
					ch <- i
				}
			})
		}
		go func() {
			wg.Wait()
			close(ch)
		}()
		sum := 0
		for v := range ch {
			sum += v
		}
		if sum != sumOf(producers, each) {
			panic("another sum")
		}
	}
}

// sumOf returns what the messages add up to: each producer sends 0, 1, 2, ...
func sumOf(producers, each int) int { return producers * (each * (each - 1) / 2) }
