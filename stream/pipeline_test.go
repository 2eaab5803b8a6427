package stream_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/sim"
	"github.com/edo-go/edo/stream"
)

// A pipeline is random: stages over an input.
type pipeline struct {
	in     []int
	stages []stage
}

type stage struct {
	operation
	k int
}

func newPipeline(r *rand.Rand) (p pipeline) {
	for i := range r.IntN(30) {
		v := r.IntN(100)
		if r.IntN(6) == 0 {
			v = -1 - i
		}
		p.in = append(p.in, v)
	}
	for range 1 + r.IntN(6) {
		p.stages = append(p.stages, stage{operations[r.IntN(len(operations))], 1 + r.IntN(4)})
	}
	return p
}

func (p pipeline) String() string {
	s := fmt.Sprint(p.in)
	for _, st := range p.stages {
		s += fmt.Sprintf(".%s(%d)", st.name, st.k)
	}
	return s
}

// build returns the pipeline over src.
func (p pipeline) build(src stream.Stream[int]) stream.Stream[int] {
	for _, st := range p.stages {
		src = st.build(st.k, stream.Of(src))
	}
	return src
}

// want returns what the naive pipeline makes of the input.
func (p pipeline) want() []int {
	out := p.in
	for _, st := range p.stages {
		out = st.naive(st.k, out)
	}
	return out
}

// source is a stream of the input that is pending at random, and counts its drops.
type source struct {
	in      []int
	r       *rand.Rand
	isEnded bool
	drops   int
}

func (s *source) PollNext(cx *edo.Context) (int, edo.Poll, error) {
	switch {
	case s.isEnded || s.drops > 0:
		panic("polled after its end")
	case !cx.Proceed(nil):
		return 0, edo.Pending, nil
	case s.r != nil && s.r.IntN(3) == 0:
		cx.Waker().WakeBy(cx)
		return 0, edo.Pending, nil
	case len(s.in) == 0:
		s.isEnded = true
		return 0, edo.End, nil
	}
	v := s.in[0]
	s.in = s.in[1:]
	if v < 0 {
		return 0, edo.Ready, code(-v)
	}
	return v, edo.Ready, nil
}

func (s *source) Drop() { s.drops++ }

// drain reads s up to limit items.
func drain(task *edo.Task, s stream.Stream[int], limit int) (out []int) {
	if limit == 0 {
		edo.Drop(s)
		return nil
	}
	for v, err := range stream.All(task, s) {
		if err != nil {
			v = -int(err.(code))
		}
		if out = append(out, v); len(out) == limit {
			break
		}
	}
	return out
}

// seeds returns how many seeds a property is tried with.
func seeds(few int) uint64 {
	if n, err := strconv.Atoi(os.Getenv("EDO_SEEDS")); err == nil {
		return uint64(n)
	}
	return uint64(few)
}

func TestARandomPipelineIsTheNaiveOneOverSlicesWhateverIsPending(t *testing.T) {
	for seed := range seeds(2000) {
		r := rand.New(rand.NewPCG(seed, 1))
		p := newPipeline(r)
		want := p.want()
		limit := -1
		if r.IntN(3) == 0 { // cancelled: a prefix
			limit = r.IntN(len(want) + 1)
			want = want[:limit]
		}
		src := &source{in: p.in}
		if r.IntN(4) > 0 {
			src.r = r
		}
		err := sim.Run(seed, func(task *edo.Task) error {
			if got := drain(task, p.build(src), limit); !slices.Equal(got, want) {
				t.Errorf("seed %d: %v: got %v, want %v", seed, p, got, want)
			}
			return nil
		})
		if err != nil || src.drops != 1 {
			t.Fatalf("seed %d: %v: the source was dropped %d times, %v", seed, p, src.drops, err)
		}
	}
}

func TestARandomPipelineIsTheNaiveOneOnAnyNumberOfWorkers(t *testing.T) {
	for seed := range seeds(200) {
		r := rand.New(rand.NewPCG(seed, 2))
		p := newPipeline(r)
		err := edo.Run(func(task *edo.Task) error {
			tx, rx := mpsc.New[int](1 + r.IntN(4))
			edo.Go(task, func(task *edo.Task) error {
				defer tx.Close()
				for _, v := range p.in {
					if tx.Send(task, v) != nil {
						return nil // the pipeline has ended early
					}
				}
				return nil
			}, edo.Owns(tx))
			items := stream.FlatMap(rx, func(v int) stream.Stream[int] { return &source{in: []int{v}} })
			if got, want := drain(task, p.build(items), -1), p.want(); !slices.Equal(got, want) {
				t.Errorf("seed %d: %v: got %v, want %v", seed, p, got, want)
			}
			return nil
		}, edo.WithConfig(edo.Config{Workers: 1 + r.IntN(4)}))
		if err != nil {
			t.Fatal(err)
		}
	}
}

// What a task has read when it is cancelled is a prefix, and the source is dropped.
func TestWhatACancelledTaskHasReadIsAPrefix(t *testing.T) {
	for seed := range seeds(500) {
		r := rand.New(rand.NewPCG(seed, 7))
		p := newPipeline(r)
		src := &source{in: p.in, r: r}
		var got []int
		err := sim.Run(seed, func(task *edo.Task) error {
			h := edo.Go(task, func(task *edo.Task) error {
				for v, err := range stream.All(task, p.build(src)) {
					if err != nil {
						v = -int(err.(code))
					}
					got = append(got, v)
					if r.IntN(4) == 0 {
						edo.Yield(task)
					}
				}
				return task.Err()
			})
			for range r.IntN(60) {
				edo.Yield(task)
			}
			h.Abort()
			_, err := h.Await(task)
			if want := p.want(); len(got) > len(want) || !slices.Equal(got, want[:len(got)]) || err == nil && len(got) != len(want) {
				t.Errorf("seed %d: %v: got %v, %v, want a prefix of %v", seed, p, got, err, want)
			}
			if err != nil && !errors.Is(err, edo.ErrCancelled) {
				return err
			}
			return nil
		})
		begun := src.isEnded || len(got) > 0
		if err != nil || src.drops > 1 || begun && src.drops == 0 {
			t.Fatalf("seed %d: %v: the source was dropped %d times, %v", seed, p, src.drops, err)
		}
	}
}

// The guide has no operator that the random pipelines leave out.
func TestEveryOperatorOfTheGuideIsInTheRandomPipelines(t *testing.T) {
	for _, s := range sections {
		for _, row := range s.rows {
			inPackage := !strings.Contains(s.title, "in package")
			isPart := func(op operation) bool { return op.name == row.name || strings.HasPrefix(op.name, row.name+" ") }
			if inPackage && !slices.ContainsFunc(operations, isPart) {
				t.Errorf("%s is not", row.name)
			}
		}
	}
}
