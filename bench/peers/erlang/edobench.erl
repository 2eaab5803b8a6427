%% The workloads of bench with Erlang's processes.
%%
%%   erl -noshell +P 4000000 +S 2:2 -pa DIR -s edobench main -extra workload=spawn n=1000000 passes=2
%%
%% prints one line of JSON. A process has one mailbox without a bound: mpsc and
%% pingpong send to it, and a message with a reference of its own stands for a oneshot.
-module(edobench).
-behaviour(supervisor).
-export([main/0]).
-export([init/1, crasher/2, waiter/1]).

main() ->
    %% The report of a crash would go to standard output, where the result belongs.
    ok = logger:set_primary_config(level, none),
    Self = self(),
    {Worker, Monitor} = spawn_monitor(fun() ->
        run(text("workload")),
        Self ! {finished, self()}
    end),
    receive
        {finished, Worker} -> halt(0);
        {'DOWN', Monitor, process, Worker, Why} ->
            io:format(standard_error, "~p~n", [Why]),
            halt(1)
    end.

text(Key) ->
    Prefix = Key ++ "=",
    case [lists:nthtail(length(Prefix), A) || A <- init:get_plain_arguments(), lists:prefix(Prefix, A)] of
        [Value | _] -> Value;
        [] -> error({missing, Key})
    end.

number(Key) -> list_to_integer(text(Key)).

run("spawn") -> repeat(fun spawn_flat/1);
run("spawn_nested") -> repeat(fun spawn_nested/1);
run("spawn_join") -> repeat(fun spawn_join/1);
run("yield") -> repeat(fun yield/1);
run("pingpong") -> repeat(fun pingpong/1);
run("mpsc") -> repeat(fun mpsc/1);
run("oneshot") -> repeat(fun oneshot/1);
run("rtt") -> repeat(fun rtt/1);
run("memory") -> memory();
run("wake_sweep") -> wake_sweep();
run("timers") -> timers();
run("sup_restart") -> repeat_timed(fun sup_restart/1);
run("sup_start") -> repeat_timed(fun sup_start/1);
run("sup_stop") -> repeat_timed(fun sup_stop/1).

%% Passes and clocks.

repeat(Body) ->
    repeat_timed(fun(N) ->
        Meter = start(),
        Did = Body(N),
        {Wall, Cpu} = stop(Meter, Did),
        {Did, Wall, Cpu}
    end).

%% The body reads the clocks itself.
repeat_timed(Body) ->
    N = number("n"),
    Passes = [begin garbage_collect(), Body(N) end || _ <- lists:seq(1, number("passes"))],
    [{Did, ColdWall, ColdCpu} | Rest] = Passes,
    Warm = case Rest of [] -> Passes; _ -> Rest end,
    print(Did, mean([W || {_, W, _} <- Warm]), mean([C || {_, _, C} <- Warm]), ColdWall, ColdCpu, 0.0, []).

start() -> {cpu_ns(), now_ns()}.

stop({Cpu, At}, N) -> {(now_ns() - At) / N, (cpu_ns() - Cpu) / N}.

mean(L) -> lists:sum(L) / length(L).

now_ns() -> erlang:monotonic_time(nanosecond).

cpu_ns() ->
    {Ms, _} = statistics(runtime),
    Ms * 1000000.

print(N, Wall, Cpu, ColdWall, ColdCpu, Bytes, Extra) ->
    io:format(
        "{\"n\":~p,\"ns_per_op\":~.3f,\"cpu_ns_per_op\":~.3f,\"cold_ns_per_op\":~.3f,"
        "\"cold_cpu_ns_per_op\":~.3f,\"bytes_per_task\":~.3f,\"extra\":{~s}}~n",
        [
            N,
            float(Wall),
            float(Cpu),
            float(ColdWall),
            float(ColdCpu),
            float(Bytes),
            lists:join(",", [io_lib:format("\"~s\":~p", [K, V]) || {K, V} <- Extra])
        ]
    ).

%% memory returns a value of /proc/self/status in bytes, or 0 if there is none.
memory(Key) ->
    case file:open("/proc/self/status", [read, raw]) of
        {ok, File} ->
            {ok, Text} = file:read(File, 65536),
            file:close(File),
            {match, [Kilobytes]} = re:run(Text, Key ++ ":\\s+(\\d+)", [{capture, [1], list}]),
            list_to_integer(Kilobytes) * 1024;
        _ ->
            0
    end.

loop(0, _) -> ok;
loop(K, Body) -> Body(), loop(K - 1, Body).

each(N, N, _) -> ok;
each(I, N, Body) -> Body(I), each(I + 1, N, Body).

side(N) -> round(math:sqrt(N)).

%% A group has two counters: the members that have run, and the members that have not left.
%% The last member to leave sends a message to the process that made the group.
group(N) ->
    Left = atomics:new(1, []),
    atomics:put(Left, 1, N),
    {atomics:new(1, []), Left, self()}.

leave({Ran, Left, Owner}) ->
    atomics:add(Ran, 1, 1),
    case atomics:sub_get(Left, 1, 1) of
        0 -> Owner ! {left, Left};
        _ -> ok
    end.

wait({Ran, Left, _}, N) ->
    receive {left, Left} -> ok end,
    N = atomics:get(Ran, 1).

%% Processes.

spawn_flat(N) ->
    Group = group(N),
    loop(N, fun() -> spawn(fun() -> leave(Group) end) end),
    wait(Group, N),
    N.

spawn_nested(N) ->
    Side = side(N),
    Group = group(Side * Side),
    loop(Side, fun() ->
        spawn(fun() -> loop(Side, fun() -> spawn(fun() -> leave(Group) end) end) end)
    end),
    wait(Group, Side * Side),
    Side * Side.

%% A process has no result but its end, and a monitor reports that.
spawn_join(N) ->
    Ran = atomics:new(1, []),
    loop(N, fun() -> spawn_monitor(fun() -> atomics:add(Ran, 1, 1) end) end),
    loop(N, fun() -> receive {'DOWN', _, process, _, normal} -> ok end end),
    N = atomics:get(Ran, 1),
    N.

yield(N) ->
    Side = side(N),
    Group = group(Side),
    loop(Side, fun() ->
        spawn(fun() -> loop(Side, fun erlang:yield/0), leave(Group) end)
    end),
    wait(Group, Side),
    Side * Side.

%% Messages.

pingpong(N) ->
    Owner = self(),
    Far = spawn(fun() -> echo(Owner) end),
    each(0, N, fun(I) -> Far ! I, receive I -> ok end end),
    Far ! stop,
    N.

echo(Owner) ->
    receive
        stop -> ok;
        V -> Owner ! V, echo(Owner)
    end.

mpsc(N) ->
    Producers = number("producers"),
    Each = max(N div Producers, 1),
    Owner = self(),
    loop(Producers, fun() -> spawn(fun() -> each(0, Each, fun(I) -> Owner ! I end) end) end),
    Sum = Producers * (Each * (Each - 1) div 2),
    Sum = add(Each * Producers, 0),
    Each * Producers.

add(0, Sum) -> Sum;
add(K, Sum) -> receive V -> add(K - 1, Sum + V) end.

oneshot(N) ->
    Owner = self(),
    loop(N, fun() ->
        Ref = make_ref(),
        spawn(fun() -> Owner ! {Ref, 1} end),
        receive {Ref, 1} -> ok end
    end),
    N.

rtt(N) ->
    Clients = 4,
    Each = max(N div Clients, 1),
    Coordinator = spawn(fun coordinate/0),
    Group = group(Clients),
    loop(Clients, fun() ->
        spawn(fun() ->
            each(0, Each, fun(I) ->
                Ref = make_ref(),
                Coordinator ! {self(), Ref, I},
                receive {Ref, I} -> ok end
            end),
            leave(Group)
        end)
    end),
    wait(Group, Clients),
    Coordinator ! stop,
    Each * Clients.

coordinate() ->
    receive
        stop -> ok;
        {From, Ref, Key} -> From ! {Ref, Key}, coordinate()
    end.

%% Processes that wait for a message: their memory, and the time to wake them.

idlers(N, Ended) ->
    Started = group(N),
    Idlers = [spawn(fun() -> leave(Started), receive go -> leave(Ended) end end) || _ <- lists:seq(1, N)],
    wait(Started, N),
    Idlers.

wake(Idlers, Ended, N) ->
    lists:foreach(fun(P) -> P ! go end, Idlers),
    wait(Ended, N).

memory() ->
    N = number("n"),
    garbage_collect(),
    Before = memory("VmRSS"),
    Ended = group(N),
    Meter = start(),
    Idlers = idlers(N, Ended),
    {Wall, Cpu} = stop(Meter, N),
    Bytes = (memory("VmRSS") - Before) / N,
    wake(Idlers, Ended, N),
    print(N, Wall, Cpu, Wall, Cpu, Bytes, []).

wake_sweep() ->
    N = number("n"),
    Ended = group(N),
    Idlers = idlers(N, Ended),
    Meter = start(),
    wake(Idlers, Ended, N),
    {Wall, Cpu} = stop(Meter, N),
    print(N, Wall, Cpu, Wall, Cpu, 0, []).

%% Processes that sleep Ahead + 1 to Ahead + Spread milliseconds.

timers() ->
    N = number("n"),
    Spread = number("spread"),
    Ahead = number("ahead"),
    Late = atomics:new(N, []),
    each(0, N, fun(I) -> atomics:put(Late, I + 1, 1) end),
    rand:seed(exsss, {1, 2, 3}),
    garbage_collect(),
    Before = memory("VmRSS"),
    Meter = start(),
    Group = group(N),
    each(0, N, fun(I) ->
        Ms = Ahead + rand:uniform(Spread),
        spawn(fun() ->
            At = now_ns(),
            receive after Ms -> ok end,
            atomics:put(Late, I + 1, (now_ns() - At) div 1000 - Ms * 1000),
            leave(Group)
        end)
    end),
    wait(Group, N),
    {Wall, Cpu} = stop(Meter, N),
    Bytes = (memory("VmHWM") - Before) / N,
    Sorted = list_to_tuple(lists:sort([atomics:get(Late, I) || I <- lists:seq(1, N)])),
    print(N, Wall, Cpu, Wall, Cpu, Bytes, [
        {"late_p50_us", element(N div 2 + 1, Sorted)},
        {"late_p99_us", element((N - 1) * 99 div 100 + 1, Sorted)},
        {"late_max_us", element(N, Sorted)}
    ]).

%% Supervisors. A child crashes as often as its counter says, and then waits until it is stopped.

sup_restart(N) ->
    Side = side(N),
    Group = group(Side),
    Meter = start(),
    Supervisors = [
        begin
            Left = atomics:new(1, []),
            atomics:put(Left, 1, Side),
            {ok, Supervisor} = supervisor:start_link(?MODULE, {crashes, Side, Left, Group}),
            Supervisor
        end
     || _ <- lists:seq(1, Side)
    ],
    wait(Group, Side),
    {Wall, Cpu} = stop(Meter, Side * Side),
    lists:foreach(fun(S) -> gen_server:stop(S, normal, infinity) end, Supervisors),
    {Side * Side, Wall, Cpu}.

sup_start(N) ->
    Meter = start(),
    Supervisor = crowd(N),
    {Wall, Cpu} = stop(Meter, N),
    gen_server:stop(Supervisor, normal, infinity),
    {N, Wall, Cpu}.

sup_stop(N) ->
    Supervisor = crowd(N),
    Meter = start(),
    gen_server:stop(Supervisor, normal, infinity),
    {Wall, Cpu} = stop(Meter, N),
    {N, Wall, Cpu}.

crowd(N) ->
    Group = group(N),
    {ok, Supervisor} = supervisor:start_link(?MODULE, waits),
    loop(N, fun() -> {ok, _} = supervisor:start_child(Supervisor, [Group]) end),
    wait(Group, N),
    Supervisor.

init({crashes, Most, Left, Group}) ->
    {ok, {#{intensity => Most, period => 5}, [#{id => child, start => {?MODULE, crasher, [Left, Group]}}]}};
init(waits) ->
    {ok, {#{strategy => simple_one_for_one}, [#{id => child, start => {?MODULE, waiter, []}}]}}.

crasher(Left, Group) ->
    {ok, spawn_link(fun() ->
        case atomics:sub_get(Left, 1, 1) of
            More when More >= 0 -> exit(crash);
            _ -> leave(Group), receive stop -> ok end
        end
    end)}.

waiter(Group) -> {ok, spawn_link(fun() -> leave(Group), receive stop -> ok end end)}.
