package broadcast_test

import (
	"testing"

	"github.com/edo-go/edo/broadcast"
	"github.com/edo-go/edo/internal/chantest"
)

func TestClosed(t *testing.T) {
	chantest.TestClosed(t, func() (*sender, *receiver) { return broadcast.New[int](1) })
}
