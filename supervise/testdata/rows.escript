#!/usr/bin/env escript
%% What Erlang's supervisors do: one line for each row, "name: what is seen". The test of package
%% supervise compares it with a table. All rows run at the same time.
-mode(compile).
-export([init/1, child/3, child_init/4, start_count/3]).

main(_) ->
    logger:set_primary_config(level, none),
    Me = self(),
    Rows = rows(),
    [spawn(fun() -> process_flag(trap_exit, true), Me ! {Name, catch Fun()} end) || {Name, Fun} <- Rows],
    [receive {Name, Text} -> io:format("~s: ~s~n", [Name, flat(Text)]) end || {Name, _} <- Rows].

flat(Text) when is_list(Text) -> Text;
flat(Other) -> io_lib:format("~0p", [Other]).

init(Arg) -> {ok, Arg}.

%% A child tells the row of its start and of its stop.
child(Row, Name, How) ->
    Row ! {log, "start " ++ atom_to_list(Name)},
    proc_lib:start_link(?MODULE, child_init, [self(), Row, Name, How]).

child_init(Parent, Row, Name, How) ->
    case How of
        fail -> exit(no_luck);
        _ -> ok
    end,
    process_flag(trap_exit, true),
    Row ! {pid, Name, self()},
    proc_lib:init_ack(Parent, {ok, self()}),
    loop(Parent, Row, Name, How).

loop(Parent, Row, Name, How) ->
    receive
        {'EXIT', Parent, Reason} ->
            Row ! {log, "stop " ++ atom_to_list(Name)},
            exit(Reason);
        {'EXIT', _, _} -> loop(Parent, Row, Name, How);
        {exit, Reason} -> exit(Reason)
    end.

%% start_count starts well N times, and then fails; or ignores.
start_count(Row, Name, {N, Counter, Otherwise}) ->
    case counters:get(Counter, 1) of
        K when K < N -> counters:add(Counter, 1, 1), child(Row, Name, ok);
        _ ->
            Row ! {log, "start " ++ atom_to_list(Name)},
            case Otherwise of
                fail -> {error, no_luck};
                {fail, 0} -> {error, no_luck};
                ignore -> ignore
            end
    end.

spec(Name) -> spec(Name, #{}).
spec(Name, More) ->
    maps:merge(#{id => Name, start => {?MODULE, child, [self(), Name, ok]}}, More).

sup(Flags, Specs) ->
    supervisor:start_link(?MODULE, {Flags, Specs}).

started(Flags, Specs) ->
    {ok, S} = sup(Flags, Specs),
    log(),
    S.

%% pid is the last process of a child.
pid(Name) ->
    receive {pid, Name, P} -> pid(Name, P) after 30000 -> undefined end.
pid(Name, P) ->
    receive {pid, Name, Q} -> pid(Name, Q) after 0 -> P end.

die(Name, Reason) ->
    P = pid(Name),
    case Reason of
        kill -> exit(P, kill);
        _ -> P ! {exit, Reason}
    end,
    idle().

%% idle waits until the supervisor of this row and its children have nothing to do, however slow the
%% machine is: twice none of them is runnable or has a message.
idle() -> idle(2).
idle(0) -> ok;
idle(N) ->
    timer:sleep(20),
    Near = linked(self()),
    Family = lists:usort(Near ++ lists:append([linked(P) || P <- Near])) -- [self()],
    case lists:any(fun is_busy/1, Family) of
        true -> idle(2);
        false -> idle(N - 1)
    end.

linked(P) ->
    case process_info(P, links) of
        {links, L} -> [Q || Q <- L, is_pid(Q)];
        undefined -> []
    end.

is_busy(P) ->
    case process_info(P, [status, message_queue_len]) of
        undefined -> true;
        [{status, waiting}, {message_queue_len, 0}] -> false;
        _ -> true
    end.

%% log is what the children have told.
log() -> idle(), log([]).
log(All) ->
    receive {log, Text} -> log([Text | All]) after 0 -> lists:join(", ", lists:reverse(All)) end.

alive(S) ->
    receive {'EXIT', S, shutdown} -> "ended" after 0 -> "alive" end.

list(S) ->
    Kids = lists:reverse(supervisor:which_children(S)),
    lists:join(" ", [atom_to_list(Id) ++ "=" ++ case P of undefined -> "stopped"; restarting -> "restarting"; _ -> "running" end
        || {Id, P, _, _} <- Kids]).

word({ok, P}) when is_pid(P) -> "ok";
word(ok) -> "ok";
word({error, {already_started, _}}) -> "already_started";
word({error, E}) when is_atom(E) -> atom_to_list(E);
word({error, {shutdown, {failed_to_start_child, Id, Why}}}) -> io_lib:format("failed_to_start_child ~s ~0p", [Id, Why]);
word({error, {start_spec, {bad_combination, _}}}) -> "bad_combination";
word({error, {no_luck, _}}) -> "no_luck";
word(Other) -> io_lib:format("~0p", [Other]).

one(I, P) -> #{strategy => one_for_one, intensity => I, period => P}.
all(I) -> #{strategy => one_for_all, intensity => I, period => 5}.
rest(I) -> #{strategy => rest_for_one, intensity => I, period => 5}.

abcd() -> [spec(a), spec(b), spec(c), spec(d)].

rows() ->
    [{"E1 defaults, a crash", fun() -> S = started(#{}, [spec(a)]), die(a, boom), [log(), "; ", alive(S)] end},
     {"E1 defaults, two crashes", fun() -> S = started(#{}, [spec(a)]), die(a, boom), die(a, boom), [log(), "; ", alive(S)] end},
     {"E1 intensity 0", fun() -> S = started(one(0, 5), [spec(a)]), die(a, boom), [log(), "; ", alive(S)] end},
     {"E1 the window slides", fun() ->
        S = started(one(2, 2), [spec(a)]),
        [begin die(a, boom), timer:sleep(1540) end || _ <- [1, 2, 3, 4]],
        alive(S) end},
     {"E2 rest_for_one", fun() -> S = started(rest(3), abcd()), die(b, boom), [log(), "; ", alive(S)] end},
     {"E2 one_for_all", fun() -> S = started(all(3), abcd()), die(b, boom), [log(), "; ", alive(S)] end},
     {"E2 permanent, normal", fun() -> S = started(one(1, 5), [spec(a)]), die(a, normal), [log(), "; ", alive(S)] end},
     {"E2 permanent, normal, twice", fun() -> S = started(one(1, 5), [spec(a)]), die(a, normal), die(a, normal), [log(), "; ", alive(S)] end},
     {"E3 starts that fail count", fun() ->
        S = started(one(3, 5), [spec(a, #{start => {?MODULE, start_count, [self(), a, {1, counters:new(1, []), fail}]}})]),
        die(a, boom), [log(), "; ", alive(S)] end},
     {"E3 one_for_all", fun() ->
        S = started(all(2), [spec(a), spec(b, #{start => {?MODULE, start_count, [self(), b, {1, counters:new(1, []), fail}]}}), spec(c)]),
        die(b, boom), [log(), "; ", alive(S)] end},
     {"E3 rest_for_one", fun() ->
        S = started(rest(2), [spec(a), spec(b), spec(c, #{start => {?MODULE, start_count, [self(), c, {1, counters:new(1, []), fail}]}})]),
        die(b, boom), [log(), "; ", alive(S)] end},
     {"E3 first start", fun() ->
        R = sup(one(1, 5), [spec(a), spec(b), spec(c), spec(d, #{start => {?MODULE, start_count, [self(), d, {0, counters:new(1, []), fail}]}})]),
        [log(), "; ", word(R)] end},
     {"E3 ignore", fun() ->
        S = started(one(1, 5), [spec(a, #{start => {?MODULE, start_count, [self(), a, {0, counters:new(1, []), ignore}]}}), spec(b)]),
        list(S) end},
     {"E3 ignore, temporary", fun() ->
        S = started(one(1, 5), [spec(a, #{restart => temporary, start => {?MODULE, start_count, [self(), a, {0, counters:new(1, []), ignore}]}}), spec(b)]),
        list(S) end}]
    ++ [{io_lib:format("E4 ~s, ~s", [R, N]), fun() -> S = started(one(5, 5), [spec(a, #{restart => R}), spec(b)]), die(a, W), [log(), "; ", list(S)] end}
        || R <- [permanent, transient, temporary], {N, W} <- [{"normal", normal}, {"shutdown", shutdown}, {"shutdown with a reason", {shutdown, x}}, {"killed", kill}, {"boom", boom}]]
    ++
    [{"E5 a temporary one dies", fun() -> S = started(all(3), [spec(a), spec(b, #{restart => temporary})]), die(b, boom), [log(), "; ", list(S)] end},
     {"E5 a sibling of a temporary one dies", fun() -> S = started(all(3), [spec(a), spec(b, #{restart => temporary})]), die(a, boom), [log(), "; ", list(S)] end},
     {"E5 one_for_all, a transient one is done", fun() -> S = started(all(3), [spec(a), spec(b, #{restart => transient})]), die(b, normal), die(a, boom), [log(), "; ", list(S)] end},
     {"E5 rest_for_one, a transient one is done", fun() -> S = started(rest(3), [spec(a), spec(b, #{restart => transient})]), die(b, normal), die(a, boom), [log(), "; ", list(S)] end},
     {"E5 one_for_all, one was terminated", fun() -> S = started(all(3), [spec(a), spec(b)]), ok = supervisor:terminate_child(S, b), die(a, boom), [log(), "; ", list(S)] end},
     {"E6 any, transient, normal", auto(any_significant, transient, normal)},
     {"E6 any, transient, shutdown", auto(any_significant, transient, shutdown)},
     {"E6 any, transient, shutdown with a reason", auto(any_significant, transient, {shutdown, x})},
     {"E6 any, transient, boom", auto(any_significant, transient, boom)},
     {"E6 any, temporary, boom", auto(any_significant, temporary, boom)},
     {"E6 any, terminated", fun() -> S = started(maps:put(auto_shutdown, any_significant, one(3, 5)), [spec(a), spec(b, #{restart => transient, significant => true})]),
        ok = supervisor:terminate_child(S, b), [log(), "; ", alive(S)] end},
     {"E6 all, one of two", all_sig([{die, b}])},
     {"E6 all, both", all_sig([{die, b}, {die, c}])},
     {"E6 all, the last one terminated", all_sig([{die, b}, {term, c}])},
     {"E6 all, the first one terminated", all_sig([{term, b}, {die, c}])},
     {"E6 any, stopped with its siblings", fun() -> S = started(maps:put(auto_shutdown, any_significant, all(3)), [spec(a), spec(b, #{restart => temporary, significant => true})]),
        die(a, boom), [log(), "; ", list(S), "; ", alive(S)] end},
     {"E6 significant and permanent", fun() -> word(sup(maps:put(auto_shutdown, any_significant, one(1, 5)), [spec(a, #{significant => true})])) end},
     {"E6 significant and never", fun() -> word(sup(one(1, 5), [spec(a, #{significant => true, restart => transient})])) end},
     {"E8 errors", fun() ->
        S = started(one(1, 5), [spec(a), spec(t, #{restart => temporary})]),
        R = [{"restart", supervisor:restart_child(S, a)}, {"delete", supervisor:delete_child(S, a)}, {"start", supervisor:start_child(S, spec(a))},
             {"terminate", supervisor:terminate_child(S, a)}, {"terminate", supervisor:terminate_child(S, a)}, {"start", supervisor:start_child(S, spec(a))},
             {"restart", supervisor:restart_child(S, a)}, {"terminate", supervisor:terminate_child(S, a)}, {"delete", supervisor:delete_child(S, a)},
             {"restart", supervisor:restart_child(S, a)}, {"terminate", supervisor:terminate_child(S, a)}, {"delete", supervisor:delete_child(S, a)},
             {"terminate temporary", supervisor:terminate_child(S, t)}, {"restart temporary", supervisor:restart_child(S, t)}],
        lists:join(", ", [[N, "=", word(W)] || {N, W} <- R]) end},
     {"E8 an added one fails to start", fun() ->
        S = started(one(1, 5), [spec(a)]),
        R = supervisor:start_child(S, spec(b, #{start => {?MODULE, start_count, [self(), b, {0, counters:new(1, []), fail}]}})),
        [word(R), "; ", list(S)] end},
     {"E8 a stopped one fails to start again", fun() ->
        S = started(one(1, 5), [spec(a, #{start => {?MODULE, start_count, [self(), a, {1, counters:new(1, []), fail}]}})]),
        supervisor:terminate_child(S, a),
        R = supervisor:restart_child(S, a),
        [word(R), "; ", list(S), "; ", alive(S)] end},
     {"E9 one_for_one, the end", fun() -> S = started(one(1, 5), abcd()), exit(S, shutdown), log() end},
     {"E10 the end after a restart and an addition", fun() -> S = started(one(3, 5), [spec(a), spec(b)]), {ok, _} = supervisor:start_child(S, spec(d)), die(a, boom), log(), exit(S, shutdown), log() end},
     {"E10 rest_for_one, an added one is behind", fun() -> S = started(rest(3), [spec(a), spec(b)]), {ok, _} = supervisor:start_child(S, spec(d)), log(), die(b, boom), log() end}].

auto(How, Restart, Reason) ->
    fun() ->
        S = started(maps:put(auto_shutdown, How, one(3, 5)), [spec(a), spec(b, #{restart => Restart, significant => true}), spec(c)]),
        die(b, Reason), [log(), "; ", alive(S)]
    end.

all_sig(Steps) ->
    fun() ->
        Sig = #{restart => transient, significant => true},
        S = started(maps:put(auto_shutdown, all_significant, one(3, 5)), [spec(a), spec(b, Sig), spec(c, Sig)]),
        [case Step of {die, N} -> die(N, normal); {term, N} -> ok = supervisor:terminate_child(S, N) end || Step <- Steps],
        [log(), "; ", alive(S)]
    end.
