package p_test

import (
	"testing"

	"github.com/edo-go/edo"

	p "example.com/m"
)

func TestOutside(t *testing.T) {
	err := edo.Run(func(task *edo.Task) error {
		if n, err := p.Exported(task); n != 6 || err != nil {
			t.Error(n, err)
		}
		n, err := p.Wait(task, 1)
		if n != 2 {
			t.Error(n)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
