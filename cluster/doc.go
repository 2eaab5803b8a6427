// Package cluster has work that outlives a process, and may be done on other machines: queues of
// jobs, calls of functions elsewhere, topics and shared values, on NATS with JetStream.
//
// A program on one machine needs no set-up. The broker lives in its process, in a folder:
//
//	conn, err := cluster.Open(task, "data/jobs")
//
// The same program on many machines connects to a server of NATS, or to a cluster of them:
//
//	conn, err := cluster.Connect(task, "nats://one:4222,nats://two:4222")
//
// A [Queue] gives each job to one worker, and again to another if that fails, or is lost:
//
//	mails, err := cluster.NewQueue[Mail](task, conn, "mails", cluster.QueueConfig{})
//	_, err = mails.Publish(task, Mail{To: "anna"}, cluster.ID("order 17"))
//
//	worker := cluster.Work(mails, 8, func(task *edo.Task, job *cluster.Job[Mail]) error {
//		return send(task, job.ID, job.Value)
//	})
//	defer worker.Drop()              // when the task is cancelled: its jobs go to others
//	_, err = edo.Await(task, worker) // until worker.Stop, or the end of conn
//
// A [Func] is called on any member that offers it. [Spawn] returns a handle as [edo.Go] does; an abort, a
// time limit, an error and a panic cross over:
//
//	var resize = cluster.NewFunc[Image, Image]("resize", cluster.FuncConfig{})
//
//	member, err := cluster.Serve(task, conn, 8, cluster.Offer(resize, func(task *edo.Task, img Image) (Image, error) {
//		return scale(img)
//	}))
//	edo.Spawn(task, edo.Future[edo.Unit](member))
//
//	small, err := cluster.Call(task, conn, resize, img)                // elsewhere
//	all, err := cluster.Map(task, conn, resize, images, 100)           // at most 100 at a time
//
// A member with the limit 1 is an actor, with the name of its function. A [Topic] gives what is published to
// all that are subscribed, as a broadcast channel does; a [Value] is the last one that was set, and is
// watched.
//
// # What it promises
//
// A job whose Publish has returned without an error is done at least once, or is among the dead
// letters with the reason. It may be done more than once: a worker can die after the work, and
// before the broker knows. A handler that keeps its results under the id of the job, and keeps the
// first, works effectively once. With QueueConfig.Once the broker remembers what is done, so that
// a job which was published twice, or given out twice, is not done again; the one that is left
// then is a worker that dies between the end of its handler and the mark.
// docs/cluster.md says what happens at each failure.
//
// # Waiting
//
// Operations that wait for the broker are waits of tasks, not goroutines: a report names the queue,
// and says what is waited for. When the broker is away they wait until it is back. Setting up and
// looking at a queue (Open, Connect, NewQueue, Info, Dead) blocks a goroutine meanwhile.
//
// # When not to use it
//
// For work that ends with the process a channel is a hundred times cheaper. Where jobs must be
// committed together with rows of a database, keep them in that database. In the simulator of
// package sim there is no broker.
package cluster
