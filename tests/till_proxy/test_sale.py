"""A sale through the running program: its answer, its record, its refusals."""



def test_a_sale_is_numbered_signed_and_sent(program, server):
    answer = program.sell()
    assert answer["number"] == "3-1"
    assert answer["shown"] == "Ticket (VTE) 3-1.0"
    assert len(answer["signature_excerpt"]) == 4
    assert answer["total"] == 250 and answer["replayed"] is False
    program.synced()
    assert [record.number for record in server.tickets()] == ["3-1"]
    assert server.tickets()[0].excerpt == answer["signature_excerpt"]
    assert server.defects == []
