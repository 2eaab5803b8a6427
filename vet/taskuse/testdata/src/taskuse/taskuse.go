package taskuse

import (
	"context"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/future"
	"github.com/edo-go/edo/mpsc"
	"github.com/edo-go/edo/scope"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/timer"
)

func serve(task *edo.Task) error { return task.Err() }

func goroutines(task *edo.Task, tasks chan *edo.Task) {
	go serve(task) // want `the Task is used by another goroutine than its function's`
	go task.Err()  // want `the Task is used by another goroutine`
	go func() {
		serve(task) // want `the Task is used by another goroutine`
	}()
	go task.Runtime().Shutdown(context.Background())
	go func() { _ = task.Name() }()
	go func() { task.Runtime().Shutdown(context.Background()) }()
	tasks <- task // want `the Task is sent to another function`
	go func() {
		edo.Go(task.Runtime(), func(task *edo.Task) error { return serve(task) })
	}()
}

func children(task *edo.Task, s *scope.Scope, rx *mpsc.Receiver[int]) {
	edo.Go(task, func(child *edo.Task) error {
		return serve(task) // want `the Task is that of another function, and every operation fails here: the function that edo.Go runs has a Task of its own`
	})
	edo.Go(task, func(*edo.Task) error {
		return serve(task) // want `the Task is that of another function`
	})
	edo.Go(s, func(child *edo.Task) error {
		child2 := child
		return edo.Shielded(child2, func(shielded *edo.Task) error { return serve(child) })
	})
	edo.Await(task, stream.ForEachTask(rx, func(each *edo.Task, v int) error {
		return serve(task) // want `the function that stream.ForEachTask runs`
	}))
	future.RaceTask(task, func(part *edo.Task) (int, error) {
		return 0, serve(task) // want `the function that future.RaceTask runs`
	})
	spawn(task, func(child *edo.Task) error {
		return serve(task) // want `the function that taskuse.spawn runs`
	})
	// Those that run at once have the same Task, and so have functions that are not known.
	timer.Timeout(task, 1, func(inner *edo.Task) (int, error) { return 0, serve(task) })
	scope.Run(task, func(s *scope.Scope) error { return serve(task) })
	unknown(func(inner *edo.Task) error { return serve(task) })
	edo.Go(task, func(child *edo.Task) error {
		task := child
		return serve(task)
	})
	edo.Go(task, func(child *edo.Task) error {
		return edo.Run(func(main *edo.Task) error { // want `a task calls edo.Run`
			return serve(child) // want `the function that edo.Run runs`
		})
	})
	edo.Go(task, func(child *edo.Task) error { return serve(task) }) //edo:allow taskuse a test of the error
}

func spawn(s edo.Spawner, fn func(task *edo.Task) error) { edo.Go(s, fn) }

func unknown(fn func(task *edo.Task) error) {}

var current *edo.Task

type server struct {
	task  *edo.Task
	tasks []*edo.Task
	by    map[string]*edo.Task
}

type call struct{ task *edo.Task }

func (s *server) keep(task *edo.Task) {
	s.task = task     // want `the Task is kept in s.task, which outlives the function`
	s.tasks[0] = task // want `the Task is kept in s.tasks`
	s.by["a"] = task  // want `the Task is kept in s.by`
	current = task    // want `the Task is kept in a variable of the package`
	c := call{}
	c.task = task
	mine := &call{task: task}
	mine.task = task
	other := task
	serve(other)
}

func (s *server) during(task *edo.Task) error {
	s.task = task
	defer func() { s.task = nil }()
	return s.serve()
}

func (s *server) serve() error { return s.task.Err() }
