package forms

import (
	"github.com/edo-go/edo"
	"proof.test/trace"
	"proof.test/waits"
)

// FormControl branches over waits.
func FormControl(task *edo.Task, t *trace.T) error {
outer:
	for i := 0; i < 4; i++ {
		switch waits.Int(task, i) {
		case 0:
			t.At(1)
			fallthrough
		case 1:
			edo.Yield(task)
			t.At(2, i)
			if i == 1 {
				continue outer
			}
		case 2:
			for j := range 3 {
				switch {
				case j == 1:
					edo.Yield(task)
					continue outer
				}
				t.At(3, j)
				edo.Yield(task)
			}
		default:
			select {
			default:
				edo.Yield(task)
				t.At(4)
				break outer
			}
		}
		t.At(5, i)
	}
	i := 0
	for {
		i++
		if edo.Yield(task); i > 2 {
			break
		}
	}
	t.At(6, i)
	for i := waits.Int(task, 0); waits.Bool(task, i < 2); i = waits.Int(task, i+1) {
		t.At(7, i)
	}
	ch := make(chan int, 3)
	ch <- 1
	ch <- 2
	close(ch)
	for v := range ch {
		edo.Yield(task)
		t.At(8, v)
	}
	v, ok := <-ch
	t.At(9, v, ok, waits.Int(task, 1))
	if i > 0 {
		goto block
	}
	edo.Yield(task)
	t.At(10)
block:
	edo.Yield(task)
	switch x := waits.Int(task, 5); {
	case x > 3:
		t.At(11, x)
		edo.Yield(task)
	}
	var e any = S{a: 1}
	switch y := e.(type) {
	case int, string:
		t.At(12, y)
	case S:
		edo.Yield(task)
		t.At(13, y.a)
	case nil:
	}
	return nil
}

// FormBreaksInSwitches has breaks that leave a switch, and not the loop around it.
func FormBreaksInSwitches(task *edo.Task, t *trace.T) error {
	for i := range 4 {
		switch {
		case i == 1:
			edo.Yield(task)
			if i > 0 {
				break
			}
			t.At(1, i)
		default:
			t.At(2, i)
		}
		switch i { // without waits
		case 0, 2:
			if i == 2 {
				break
			}
			t.At(3, i)
		}
		if i > 0 { // without waits, and not a switch itself
			switch i {
			case 2:
				if i > 1 {
					break
				}
				t.At(7, i)
			default:
				t.At(8, i)
			}
			t.At(9, i)
		}
		select {
		default:
			edo.Yield(task)
			if i < 4 {
				break
			}
			t.At(4, i)
		}
		for j := range 3 {
			switch j {
			case 1:
				break
			case 2:
				continue
			}
			t.At(5, i, j)
		}
		t.At(6, i)
	}
	return nil
}

// FormText ranges over text of characters that have several bytes, and over bytes that are none.
func FormText(task *edo.Task, t *trace.T) error {
	for _, s := range []string{"aä€😀", "é", "\xff\xc3", "z\xe2\x82", ""} {
		for i, c := range s {
			edo.Yield(task)
			t.At(1, i, c)
		}
	}
	return nil
}
