package mpmc_test

import (
	"testing"

	"github.com/edo-go/edo/mpmc"
)

func check[T any](t *testing.T, rx *mpmc.Receiver[T]) {
	t.Helper()
	if err := rx.Check(); err != nil {
		t.Fatal(err)
	}
}
