// Package schedule decides in which order things happen in a simulation.
//
// # Model
//
// A run is a sequence of choices. At each, the scheduler has some candidates: the tasks that
// can run, the timers that are due, and, when a task is about to do one more operation, that
// task itself, which may go on. A [Strategy] chooses one of them by its index. The candidates
// are in the order of their age, and the task that may go on is the first. So index 0 is
// always the quiet choice: go on, or else run what has been runnable for longest. A schedule
// is the list of the indices. Where a list ends the quiet choice is made, and so a short list
// of few numbers is a whole schedule.
//
// Faults that the seed decides, such as a packet that is lost, are choices too: [Strategy.Draw].
// There, too, 0 is the quiet outcome.
//
//   - [Seeded] draws: uniformly, or as one of the strategies that find bugs which a uniform
//     choice hardly ever meets. The seed draws the strategy.
//   - [Follow] replays a schedule.
//   - [Tree] visits every schedule of a small program, but one alone of those that differ in
//     nothing but the order of independent operations.
//   - [Shrink] looks for the shortest schedule that still fails, and [Corpus] keeps the
//     schedules that have reached something new.
//
// A candidate has an [ID], which is the same in each run in which its task has the same
// ancestors.
//
// # When not to use it
//
// Only a scheduler calls it. It knows nothing of tasks.
package schedule
