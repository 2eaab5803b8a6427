package watch_test

import (
	"testing"

	"github.com/edo-go/edo/internal/chantest"
	"github.com/edo-go/edo/watch"
)

func TestClosed(t *testing.T) {
	chantest.TestClosed(t, func() (*sender, *receiver) { return watch.New(1) })
}
