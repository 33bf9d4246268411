// test/apps/prosa/report/hdr_tool.js: the npm package hdr-histogram-js, for tests to compare with.
//
// read LOG PERCENTILE...   "tag percentile value" of each tag as a whole, then "tag interval count max"
// write LOG PERCENTILE...  writes a log with two tags, and prints what read would
const fs = require("fs");
const hdr = require("hdr-histogram-js");

const sums = new Map();
const intervals = [];

function take(interval) {
    const tag = interval.tag && interval.tag !== "NO TAG" ? interval.tag : "untagged";
    if (!sums.has(tag)) sums.set(tag, hdr.build({ bitBucketSize: 64, numberOfSignificantValueDigits: 3 }));
    sums.get(tag).add(interval);
    const max = interval.totalCount === 0 ? 0 : interval.getValueAtPercentile(100);
    intervals.push(`${tag} interval ${interval.totalCount} ${max}`);
}

function readLog(path) {
    const reader = new hdr.HistogramLogReader(fs.readFileSync(path, "utf8"), 64);
    for (let next = reader.nextIntervalHistogram(); next !== null; next = reader.nextIntervalHistogram()) take(next);
}

// A seeded generator (mulberry32), so that each run writes the same.
function randomFrom(seed) {
    return () => {
        seed = (seed + 0x6d2b79f5) | 0;
        let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
        t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
        return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
}

function writeLog(path) {
    let text = "";
    const writer = new hdr.HistogramLogWriter((part) => { text += part; });
    const start = 1700000000000;
    writer.outputLogFormatVersion();
    writer.outputStartTime(start);
    writer.baseTime = start;
    writer.outputComment(`[BaseTime: ${start / 1000} (seconds since epoch)]`);
    writer.outputLegend();
    for (let i = 0; i < 6; ++i) {
        const random = randomFrom(i + 1);
        const histogram = hdr.build({ bitBucketSize: 64, numberOfSignificantValueDigits: 3 });
        for (let k = 0; k < 1000 * i * i; ++k) histogram.recordValue(Math.floor(Math.exp(2 + 18 * random() * random())));
        histogram.startTimeStampMsec = start + 1000 * i;
        histogram.endTimeStampMsec = start + 1000 * i + 1000;
        if (i % 2 === 1) histogram.tag = "odd";
        writer.outputIntervalHistogram(histogram);
        take(histogram);
    }
    fs.writeFileSync(path, text);
}

const [verb, path, ...percentiles] = process.argv.slice(2);
if (verb === "write") writeLog(path);
else readLog(path);
for (const [tag, sum] of sums)
    for (const percentile of percentiles) console.log(`${tag} ${percentile} ${sum.getValueAtPercentile(Number(percentile))}`);
for (const line of intervals) console.log(line);
