/*
 * test/core/bus/model/request_life.pml: an accepted request gets exactly one outcome, whatever its provider does.
 *
 * One requester, one provider, one link. Everything that may happen may happen at any moment: a timeout, an answer in
 * place or later, two answers, none, an exception, an end of the incarnation, a restart, a shutdown, which need not come. A
 * hang is a provider that takes no step for as long as one likes, or none any more.
 *
 *   step here            function
 *   send                 Claim::Claim, Claim::commit
 *   take_reply           Requester::take_reply
 *   time_out             Requester::on_deadline
 *   shut_down            Requester::shut_down
 *   look_at_table        Requester::refresh_table
 *   serve                Responder::serve_inbound, Responder::serve
 *   answer_kept          KeptRequest::answer, Responder::send_kept
 *   flush                Responder::flush_outbox
 *   end_incarnation      Shard::end, Responder::close_endpoint
 *   restart              Shard::begin, Responder::open_endpoint
 *
 * Checked: no request ever gets a second outcome. When nothing more can happen, each accepted request has had its
 * outcome, and unless the provider is stuck all credit is back, and nothing is left in a ring, an outbox or a kept list.
 * It comes to that in every run: no cycle of states is there in which a request or an answer could go round.
 * Left out: bodies, blocks, parking, and other links; they do not decide an outcome. A requester that ends before its
 * outcome (Requester::abandon), and a client that leaves, are the simulation's.
 */
#define ENTRIES 2    /* pending entries; an entry is used again under another id */
#define SENDS 4      /* requests in all; an id is never used again */
#ifndef SLOTS
#define SLOTS 2      /* of each ring */
#endif
#define LIVES 2       /* incarnations of the provider */
#define NO_LIFE 0

/* Each fault, compiled in by the test, must be found. */
#ifdef FAULT_TIMEOUT_FREES_ENTRY   /* then the credit of a late answer is lost, or another's is returned */
#define TIMED_OUT unused
#else
#define TIMED_OUT reported
#endif

mtype = { unused, in_flight, reported };

#ifdef FAULT_SLOT_NOT_RESERVED     /* then a handler finds no room for its answer */
#define RESERVED 0
#else
#define RESERVED 1
#endif

chan requests = [SLOTS] of { byte, byte, byte };  /* pending index, id, incarnation meant */
chan replies = [SLOTS] of { byte, byte };         /* pending index, id */
chan outbox = [SENDS] of { byte, byte };

mtype state[ENTRIES] = unused;
byte id_of[ENTRIES];
byte outcomes[SENDS + 1];
byte sent = 0;
byte credit_in_use = 0;
byte duplicates = 0;
bool may_shut_down;
bool is_shut_down = false;
bool is_stuck = false;     /* the provider */

byte published = NO_LIFE;   /* the incarnation in Main's table; 0: none */
byte seen_life = NO_LIFE;    /* and in the table the requester looks at */
byte life = NO_LIFE;
byte lives_begun = 0;
#ifdef FAULT_SECOND_ANSWER
byte answered_twice = 0;
#endif
byte kept[ENTRIES];        /* id of the kept request of an entry, 0: none */

inline give_outcome(id) {
    outcomes[id]++;
    assert(outcomes[id] == 1);
}

active proctype Requester() {
    byte e, id;
    if
    :: may_shut_down = true;
    :: may_shut_down = false;
    fi;
end:
    do
    :: atomic {  /* send */
        sent < SENDS && !is_shut_down && seen_life != NO_LIFE && len(requests) < SLOTS &&
        (state[0] == unused || state[1] == unused) ->
        e = (state[0] == unused -> 0 : 1);
        sent++;
        id_of[e] = sent;
        state[e] = in_flight;
        credit_in_use++;
        requests!e, sent, seen_life;
       }
    :: atomic {  /* take_reply */
        replies?e, id ->
        if
        :: id_of[e] != id || state[e] == unused -> duplicates++;
        :: id_of[e] == id && state[e] == in_flight ->
            credit_in_use--;
            give_outcome(id);
            state[e] = unused;
        :: id_of[e] == id && state[e] == reported ->  /* late: it returns the credit only */
            credit_in_use--;
            state[e] = unused;
        fi
       }
#ifndef FAULT_NO_TIMEOUT           /* then what a stuck provider holds has no outcome before the stop */
    :: atomic { state[0] == in_flight -> state[0] = TIMED_OUT; give_outcome(id_of[0]); }  /* time_out */
    :: atomic { state[1] == in_flight -> state[1] = TIMED_OUT; give_outcome(id_of[1]); }
#endif
    :: atomic {  /* shut_down */
        may_shut_down && !is_shut_down ->
        is_shut_down = true;
        if
        :: state[0] == in_flight -> state[0] = reported; give_outcome(id_of[0]);
        :: else
        fi;
        if
        :: state[1] == in_flight -> state[1] = reported; give_outcome(id_of[1]);
        :: else
        fi
       }
    :: atomic { seen_life != published -> seen_life = published; }  /* look_at_table */
    od
}

/* An answer of a kept request: `reserved` slots are promised to the handler that runs. */
inline send_kept(entry, reserved) {
    if
    :: len(outbox) == 0 && len(replies) + reserved < SLOTS -> replies!entry, kept[entry];
    :: len(outbox) > 0 || len(replies) + reserved >= SLOTS -> outbox!entry, kept[entry];
    fi;
#ifndef FAULT_SECOND_ANSWER
    kept[entry] = 0;
#else
    if
    :: true -> kept[entry] = 0;
    :: answered_twice == 0 -> answered_twice = 1;
    fi;
#endif
}

inline end_incarnation() {
    life = NO_LIFE;
#ifdef FAULT_KEPT_FORGOTTEN
    kept[0] = 0;
    kept[1] = 0;
#endif
    if
    :: kept[0] != 0 -> send_kept(0, 0);
    :: else
    fi;
    if
    :: kept[1] != 0 -> send_kept(1, 0);
    :: else
    fi;
}

active proctype Provider() {
    byte e, id, meant, other;
end:
    do
    :: atomic {  /* serve: not before a reply slot is free, and not while answers wait */
        len(requests) > 0 && len(outbox) == 0 && len(replies) < SLOTS ->
        requests?e, id, meant;
        if
        :: meant != life ->  /* unreachable */
#ifndef FAULT_UNREACHABLE_WAITS  /* for the next incarnation: then it goes round for ever */
            replies!e, id;
#else
            requests!e, id, meant;
#endif
        :: meant == life ->
            other = 1 - e;
            if
            :: true;
            :: kept[other] != 0 -> send_kept(other, RESERVED);  /* its handler answers another one first */
            fi;
            assert(len(replies) < SLOTS);
            if
            :: replies!e, id;                       /* in place, or expired, or dropped */
            :: replies!e, id; end_incarnation();    /* throws, before or after its answer */
            :: kept[e] == 0 -> kept[e] = id;
            fi
        fi
       }
    :: atomic { kept[0] != 0 -> send_kept(0, 0); }  /* answer_kept; a second answer finds nothing to answer */
    :: atomic { kept[1] != 0 -> send_kept(1, 0); }
    :: atomic { len(outbox) > 0 && len(replies) < SLOTS -> outbox?e, id; replies!e, id; }  /* flush */
    :: atomic { life != NO_LIFE -> end_incarnation(); }
    :: atomic { life == NO_LIFE && lives_begun < LIVES -> lives_begun++; life = lives_begun; }  /* restart */
    :: atomic { life != NO_LIFE -> is_stuck = true; break; }
    od
}

/* The table follows the incarnations late. */
active proctype Main() {
end:
    do
    :: atomic { published != life -> published = life; }
    od
}

active proctype AtRest() {
    byte i;
    timeout ->
    assert(duplicates == 0);
    assert(is_stuck || credit_in_use == 0);
    assert(is_stuck || (state[0] == unused && state[1] == unused));
    assert(is_stuck || len(requests) + len(replies) + len(outbox) == 0);
    assert(is_stuck || (kept[0] == 0 && kept[1] == 0));
    for (i : 1 .. SENDS) {
        assert(outcomes[i] == (i <= sent -> 1 : 0));
    }
}
