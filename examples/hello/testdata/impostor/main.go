// This must not compile: nobody outside of edo makes a Spawner of their own.
package main

import "github.com/edo-go/edo"

type impostor struct{}

func (impostor) spawner() {}

func main() {
	edo.Go(impostor{}, func(*edo.Task) error { return nil })
}
