"""One spool a process, and nothing left behind by one that ended."""

from storage.spools import claimed_spool


async def test_two_processes_hold_two_spools(tmp_path):
    async with claimed_spool(tmp_path) as first, claimed_spool(tmp_path) as second:
        await first.append({"of": 1})
        await second.append({"of": 2})
        assert (await first.read(), await second.read()) == ([{"of": 1}], [{"of": 2}])


async def test_the_next_process_takes_its_own_spool_back(tmp_path):
    async with claimed_spool(tmp_path) as spool:
        await spool.append({"kept": True})
    async with claimed_spool(tmp_path) as spool:
        assert await spool.read() == [{"kept": True}]


async def test_what_ended_processes_left_is_adopted_once(tmp_path):
    async with claimed_spool(tmp_path) as first, claimed_spool(tmp_path) as second:
        await first.append({"of": 1})
        await second.append({"of": 2})
    async with claimed_spool(tmp_path) as one, claimed_spool(tmp_path) as other:
        assert (await one.read(), await other.read()) == ([{"of": 1}, {"of": 2}], [])


async def test_a_living_process_keeps_what_is_its_own(tmp_path):
    async with claimed_spool(tmp_path) as living:
        await living.append({"of": 1})
        async with claimed_spool(tmp_path) as newcomer:
            assert (await living.read(), await newcomer.read()) == ([{"of": 1}], [])
