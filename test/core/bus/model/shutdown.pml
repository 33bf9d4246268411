/*
 * test/core/bus/model/shutdown.pml: the coordinated stop ends, loses no outcome, and says when a thread hangs.
 *
 * Main, a reactor with a source (0), and one with a provider (1) that answers, keeps, asks a service of reactor 0 in
 * turn, or hangs in a handler, for a while or for ever. The stop may be asked for at any moment, and a second time;
 * shutdown_timeout may be over at any moment.
 *
 *   step here            function
 *   ask_to_stop          BusMain::request_stop, Control::stop
 *   observe              Control::is_at_rest, Control::advance_stop
 *   late                 Control::advance_stop at stop_deadline_ns_, Control::tell_completion
 *   end_everything       Control::end_everything
 *   give_up, leave       Control::advance_stop while it ends, Control::join_threads
 *   publish              BusNode::house_keep
 *   begin (task)         BusNode::begin_shutdown
 *   complete (task)      Requester::shut_down
 *   end (task)           BusNode::end_all_shards, Reactor::stop, behind a second BusNode::complete_pending
 *
 * Checked: rest is declared only when nothing is under way. Main always leaves, if no thread that could take a step
 * waits for ever. It leaves with 0 when every reactor ended and with 1 when one did not. A reactor that ended has given
 * each accepted request one outcome.
 * Left out: clients; what a reactor begins after Main has read it for the last time (stop_test.cpp has that); and the
 * grace of two seconds (giving up is possible once a reactor hangs).
 */
#define SENDS 2

mtype = { begin, complete, end_shards };
mtype = { running, draining, ending, left };

chan tasks[2] = [4] of { mtype };  /* control tasks of a reactor, in order */
chan requests = [SENDS] of { byte };
chan replies = [SENDS] of { byte };
chan nested_requests = [SENDS] of { byte };
chan nested_replies = [SENDS] of { byte };

mtype phase = running;
bool is_late = false;
byte exit_code = 255;

/* Reactor 0, the source. */
byte accepted = 0;
byte outcomes = 0;
byte in_flight = 0;
/* Reactor 1, the provider. */
byte kept = 0;
byte nested_in_flight = 0;
bool hangs = false;
bool may_hang = true;   /* once */
bool is_stuck = false;  /* it hangs for ever */

bool is_shut[2];     /* claims are refused */
bool has_begun[2];   /* on_shutdown ran */
bool has_ended[2];

/* What a reactor published last. */
byte seen_in_flight[2];
byte seen_kept[2];
bool seen_begun[2];

inline give_outcome() {
    in_flight--;
    outcomes++;
    assert(outcomes <= accepted);
}

active proctype Source() {
    mtype task;
    byte one;
end:
    do
    :: has_ended[0] -> break;
    :: atomic {
        !has_ended[0] && accepted < SENDS && !has_begun[0] && !is_shut[0] ->
        accepted++;
        in_flight++;
        requests!1;
       }
    :: atomic {
        !has_ended[0] && len(replies) > 0 ->
        replies?one;
        if
        :: in_flight > 0 && !is_shut[0] -> give_outcome();
        :: else  /* late */
        fi
       }
    :: atomic { !has_ended[0] && len(nested_requests) > 0 -> nested_requests?one; nested_replies!one; }
#ifndef FAULT_STATUS_NOT_PUBLISHED  /* then Main looks for rest for ever, where no timeout ends it */
    :: atomic {  /* publish */
        !has_ended[0] && (seen_in_flight[0] != in_flight || seen_begun[0] != has_begun[0]) ->
        seen_in_flight[0] = in_flight;
        seen_begun[0] = has_begun[0];
       }
#endif
    :: atomic {
        !has_ended[0] && len(tasks[0]) > 0 ->
        tasks[0]?task;
        if
        :: task == begin -> has_begun[0] = true;
        :: task == complete ->
            is_shut[0] = true;
            do
            :: in_flight > 0 -> give_outcome();
            :: in_flight == 0 -> break;
            od
        :: task == end_shards -> has_ended[0] = true;
        fi
       }
    od
}

active proctype Provider() {
    mtype task;
    byte one;
end:
    do
    :: has_ended[1] -> break;
    :: atomic {
        !has_ended[1] && !hangs && may_hang && len(requests) > 0 ->
        hangs = true;
        may_hang = false;
        if
        :: true
        :: true -> is_stuck = true;
        fi
       }
    :: atomic { hangs && !is_stuck -> hangs = false; }
    :: atomic {
        !has_ended[1] && !hangs && len(requests) > 0 ->
        requests?one;
        if
        :: true -> replies!one;
        :: true -> kept++;
        :: !is_shut[1] -> kept++; nested_in_flight++; nested_requests!one;
        fi
       }
    :: atomic { !has_ended[1] && !hangs && kept > nested_in_flight -> kept--; replies!1; }
    :: atomic {
        !has_ended[1] && !hangs && len(nested_replies) > 0 ->
        nested_replies?one;
        if
        :: nested_in_flight > 0 -> nested_in_flight--;
        :: else
        fi
       }
    :: atomic {  /* publish */
        !has_ended[1] && !hangs && (seen_in_flight[1] != nested_in_flight || seen_kept[1] != kept ||
                                    seen_begun[1] != has_begun[1]) ->
        seen_in_flight[1] = nested_in_flight;
        seen_kept[1] = kept;
        seen_begun[1] = has_begun[1];
       }
    :: atomic {
        !has_ended[1] && !hangs && len(tasks[1]) > 0 ->
        tasks[1]?task;
        if
        :: task == begin -> has_begun[1] = true;
        :: task == complete -> is_shut[1] = true; nested_in_flight = 0;
        :: task == end_shards ->
            do
            :: kept > 0 -> kept--; replies!1;  /* dropped */
            :: kept == 0 -> break;
            od;
            has_ended[1] = true;
        fi
       }
    od
}

#ifdef FAULT_REST_BEFORE_BEGIN     /* then a source sends after rest was declared */
#define IS_BEGUN(reactor) true
#else
#define IS_BEGUN(reactor) seen_begun[reactor]
#endif
#define RESTS(reactor) (seen_in_flight[reactor] == 0 && seen_kept[reactor] == 0 && IS_BEGUN(reactor))

active proctype Main() {
    bool first_rests;
    atomic {  /* ask_to_stop; the program may also go on as long as it likes before */
        phase = draining;
        tasks[0]!begin;
        tasks[1]!begin;
    }
    do
    :: phase == draining && !is_late ->  /* observe: one reactor after the other */
        first_rests = RESTS(0);
        atomic {
            if
            :: first_rests && RESTS(1) ->
                assert(in_flight == 0 && kept == 0 && nested_in_flight == 0 && len(requests) == 0);
                phase = ending;
                tasks[0]!end_shards;
                tasks[1]!end_shards;
            :: else
            fi
        }
    :: atomic { phase == draining && !is_late -> is_late = true; }  /* the timeout, or a second signal */
    :: atomic {  /* late: everything in flight is completed before anything ends */
        phase == draining && is_late ->
        phase = ending;
#ifndef FAULT_END_WITHOUT_COMPLETION
        tasks[0]!complete;
        tasks[1]!complete;
#endif
        tasks[0]!end_shards;
        tasks[1]!end_shards;
       }
    :: atomic { phase == ending && has_ended[0] && has_ended[1] -> exit_code = 0; phase = left; break; }
#ifndef FAULT_NEVER_GIVES_UP       /* then it waits for ever for a thread that is stuck */
#ifdef FAULT_GIVES_UP_WITH_0
#define GIVEN_UP 0
#else
#define GIVEN_UP 1
#endif
    :: atomic { phase == ending && hangs && has_ended[0] -> exit_code = GIVEN_UP; phase = left; break; }  /* give_up */
#endif
    od
}

/* Time passes while a provider is stuck: the stop need not wait for anything else. */
active proctype Clock() {
end:
    is_stuck -> is_late = true;
}

active proctype AtRest() {
    timeout ->
    assert(phase == left);
    assert(exit_code == 0 || exit_code == 1);
    assert(exit_code == 1 || (has_ended[0] && has_ended[1]));
    assert(!has_ended[0] || outcomes == accepted);
}
