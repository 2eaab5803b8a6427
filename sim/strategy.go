package sim

// Strategy is how a seed chooses what happens next. Each finds bugs that the others hardly ever
// meet; so does the mixture, which is the zero value.
type Strategy string

const (
	// Mixture has the seed draw one of the others.
	Mixture Strategy = ""
	// Uniform takes each of the things that can happen with the same probability.
	Uniform Strategy = "uniform"
	// Sticky stays with the task that ran last, with a probability that the seed draws.
	Sticky Strategy = "sticky"
	// PCT runs the task of the highest rank, and lowers that of the one that runs at one to
	// three points. Ranks and points are drawn by the seed. It finds a bug that needs few
	// switches, however far they are apart: Burckhardt et al., "A Randomized Scheduler with
	// Probabilistic Guarantees of Finding Bugs", ASPLOS 2010.
	PCT Strategy = "pct"
	// HeldBack does not run one task for a while, and chooses uniformly otherwise.
	HeldBack Strategy = "held-back"
	// Fresh draws a rank for each operation of a task and takes the highest: Yuan et al.,
	// "Partial Order Aware Concurrency Sampling", CAV 2018.
	Fresh Strategy = "fresh"
	// Paced gives each task a pace, and draws all paces anew now and then.
	Paced Strategy = "paced"
)
