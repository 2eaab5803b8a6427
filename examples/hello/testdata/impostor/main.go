// This must not compile: only edo can make a Spawner.
package main

import "github.com/edo-go/edo"

type impostor struct{}

func (impostor) spawner() {}

func main() {
	edo.Go(impostor{}, func(*edo.Task) error { return nil })
}
