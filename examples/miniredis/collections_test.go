package main

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// A dict is compared with a map, a list with a slice, and a sortedSet with a sorted slice.

func TestDictIsLikeAMap(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	var d dict[int]
	model := map[string]int{}
	for step := range 20_000 {
		key := fmt.Sprint(r.IntN(300))
		if step/2000%2 == 0 || r.IntN(3) == 0 { // it grows and shrinks in turn
			i, isNew := d.put([]byte(key))
			if _, ok := model[key]; ok == isNew {
				t.Fatal("put", key, isNew)
			}
			d.items[i].value, model[key] = step, step
		} else {
			if _, ok := model[key]; d.remove([]byte(key)) != ok {
				t.Fatal("remove", key, !ok)
			}
			delete(model, key)
		}
		if _, ok := model[key]; !ok {
			if d.has([]byte(key)) {
				t.Fatal("has", key)
			}
		} else if d.items[d.find([]byte(key))].value != model[key] {
			t.Fatal("find", key)
		}
		if d.len() != len(model) {
			t.Fatal("length", d.len(), len(model))
		}
	}
	all := map[string]int{}
	for _, it := range d.items {
		all[it.key] = it.value
	}
	if !maps.Equal(all, model) {
		t.Error("the items differ")
	}
}

func TestListIsLikeASlice(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 1))
	var l list
	var model []string
	for step := range 20_000 {
		v := fmt.Sprint(r.IntN(5))
		left := r.IntN(2) == 0
		switch op := r.IntN(20); {
		case op < 9 && step/2000%2 == 0 || op < 3:
			l.push(left, []byte(v))
			if left {
				model = slices.Insert(model, 0, v)
			} else {
				model = append(model, v)
			}
		case op < 16 && len(model) > 0:
			i := len(model) - 1
			if left {
				i = 0
			}
			if got := l.pop(left); got != model[i] {
				t.Fatal("pop", got, model[i])
			}
			model = slices.Delete(model, i, i+1)
		case op == 16:
			i := r.IntN(len(model) + 1)
			l.insert(i, []byte(v))
			model = slices.Insert(model, i, v)
		case op == 17 && len(model) > 100:
			i := r.IntN(10)
			j := len(model) - r.IntN(10)
			l.keep(i, j)
			model = slices.Clone(model[i:j])
		case op == 18 && r.IntN(20) == 0:
			count, removed := r.IntN(5), 0
			reverse := func() {
				if !left {
					slices.Reverse(model)
				}
			}
			reverse()
			model = slices.DeleteFunc(model, func(e string) bool {
				is := e == v && removed < count
				if is {
					removed++
				}
				return is
			})
			reverse()
			if got := l.remove(left, []byte(v), count); got != removed {
				t.Fatal("remove", got, removed)
			}
		}
		if l.len() != len(model) {
			t.Fatal("length", l.len(), len(model))
		}
		for _, i := range []int{0, len(model) / 2, len(model) - 1} {
			if i >= 0 && i < len(model) && *l.at(i) != model[i] {
				t.Fatal("element", i)
			}
		}
	}
}

func TestSortedSetIsLikeASortedSlice(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 1))
	var z sortedSet
	model := map[string]float64{}
	for step := range 6000 {
		name, score := fmt.Sprint(r.IntN(1500)), float64(r.IntN(50))
		if step/2000 != 1 {
			_, isOld := model[name]
			if z.put([]byte(name), score) == isOld {
				t.Fatal("put", name)
			}
			model[name] = score
		} else {
			_, isOld := model[name]
			if z.remove([]byte(name)) != isOld {
				t.Fatal("remove", name)
			}
			delete(model, name)
		}
		if step%500 != 499 {
			continue
		}
		var sorted []member
		for name, score := range model {
			sorted = append(sorted, member{score, name})
		}
		slices.SortFunc(sorted, compareMembers)
		if !slices.Equal(z.at(0, z.len()), sorted) {
			t.Fatal("the members differ")
		}
		from := r.IntN(len(sorted))
		to := from + r.IntN(len(sorted)-from)
		if !slices.Equal(z.at(from, to), sorted[from:to]) {
			t.Fatal("members", from, to)
		}
		if z.rank(sorted[from]) != from || z.end(true) != sorted[0] || z.end(false) != sorted[len(sorted)-1] {
			t.Fatal("rank", from)
		}
		low, high := bound{score, r.IntN(2) == 0}, bound{score + 10, r.IntN(2) == 0}
		n := 0
		for _, m := range sorted {
			if (m.score > low.score || m.score == low.score && !low.isOpen) && (m.score < high.score || m.score == high.score && !high.isOpen) {
				n++
			}
		}
		if i, j := z.between(low, high); j-i != n {
			t.Fatal("between", low, high, i, j, n)
		}
	}
}

func TestInfiniteBoundsIncludeInfiniteScores(t *testing.T) {
	var z sortedSet
	for i, score := range []float64{math.Inf(-1), 0, math.Inf(1)} {
		z.put([]byte{byte('a' + i)}, score)
	}
	inf := math.Inf(1)
	for _, c := range []struct {
		low, high bound
		i, j      int
	}{
		{bound{-inf, false}, bound{inf, false}, 0, 3},
		{bound{-inf, true}, bound{inf, true}, 1, 2},
		{bound{inf, false}, bound{inf, false}, 2, 3},
		{bound{inf, true}, bound{inf, false}, 3, 3},
		{bound{-inf, false}, bound{-inf, false}, 0, 1},
		{bound{-inf, false}, bound{-inf, true}, 0, 0},
	} {
		if i, j := z.between(c.low, c.high); j-i != c.j-c.i || j > i && i != c.i {
			t.Errorf("%v to %v: got %d to %d", c.low, c.high, i, j)
		}
	}
}

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{"", "", true}, {"", "a", false}, {"*", "", true}, {"a*b*c", "axxbyyc", true}, {"a*b*c", "axxbyy", false},
		{"h?llo", "hello", true}, {"h?llo", "hllo", false}, {"h[ae]llo", "hallo", true}, {"h[^e]llo", "hello", false},
		{"h[a-c]llo", "hbllo", true}, {"h[c-a]llo", "hbllo", true}, {`\*`, "*", true}, {`\*`, "a", false}, {"[a", "a", true},
		{"news.*", "news.go", true}, {"**", "x", true}, {`a\`, `a\`, true}, {`[\]]`, "]", true},
	} {
		if got := match(c.pattern, c.text); got != c.want {
			t.Errorf("%q %q: %v", c.pattern, c.text, got)
		}
	}
}

func TestNumbersHaveTheFormsOfRedis(t *testing.T) {
	for text, want := range map[string]string{
		"0.1": "0.10000000000000001", "3": "3", "1.5": "1.5", "1e20": "1e+20", "inf": "inf", "-inf": "-inf", "-0": "-0",
		"1e17": "1e+17", "123456789012345678": "1.2345678901234568e+17", "0.00001": "1.0000000000000001e-05",
	} {
		f, ok := parseFloat([]byte(text))
		if got := string(appendFloat(nil, f)); !ok || got != want {
			t.Errorf("%s became %s", text, got)
		}
	}
	for _, text := range []string{"", "-", "+1", "01", "-0", " 1", "1 ", "1.5", "9223372036854775808", "-9223372036854775809", "99999999999999999999"} {
		if n, ok := parseInt([]byte(text)); ok {
			t.Errorf("%q became %d", text, n)
		}
	}
	for _, n := range []int64{0, 1, -1, math.MaxInt64, math.MinInt64} {
		if got, ok := parseInt(fmt.Append(nil, n)); got != n || !ok {
			t.Errorf("%d became %d, %v", n, got, ok)
		}
	}
}
