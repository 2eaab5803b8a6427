package main

import (
	"errors"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/mpsc"
)

func goPingpong(m *meter) {
	a, b := make(chan int, 1), make(chan int, 1)
	go func() {
		for v := range a {
			b <- v
		}
		close(b)
	}()
	for i := range m.n {
		a <- i
		if <-b != i {
			panic("another value")
		}
	}
	close(a)
	<-b
}
